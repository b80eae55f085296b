"""What words in lists mean: directions and kinds of messages, platforms, kinds of dates, decisions, deletions, tags."""

from collections.abc import Mapping
from typing import Final

import polars as pl

from custtier.sources.formats.profile import Profile

Vocabulary = Mapping[str, tuple[str, ...]]

PLATFORMS: Final[Vocabulary] = {
    "wechat": ("微信", "个人微信", "微信号", "wechat", "weixin", "wx"),
    "wecom": ("企业微信", "企微", "wecom", "wework"),
    "taobao": ("淘宝", "天猫", "淘宝天猫", "淘宝/天猫", "淘系", "旺旺", "taobao", "tmall"),
    "jd": ("京东", "jd", "jingdong"),
    "pdd": ("拼多多", "pdd", "pinduoduo"),
    "douyin": ("抖音", "抖店", "抖音小店", "douyin"),
    "kuaishou": ("快手", "快手小店", "kuaishou"),
    "xiaohongshu": ("小红书", "xiaohongshu", "rednote"),
    "wxshop": ("微信小店", "视频号", "视频号小店", "wxshop"),
    "youzan": ("有赞", "youzan"),
    "weidian": ("微店", "weidian"),
    "alibaba1688": ("1688", "阿里巴巴", "alibaba"),
    "wechatpay": ("微信支付", "wechatpay", "wechat pay"),
    "alipay": ("支付宝", "alipay"),
    "shopify": ("shopify",),
    "woocommerce": ("woocommerce", "woo"),
    "magento": ("magento",),
    "amazon": ("亚马逊", "amazon"),
    "ebay": ("ebay",),
    "etsy": ("etsy",),
    "shopee": ("虾皮", "shopee"),
    "lazada": ("来赞达", "lazada"),
    "tiktok": ("tiktok", "tiktok shop"),
    "generic": ("通用", "其他", "其它", "自有", "门店", "线下", "generic", "other", "own", "store"),
}
"""Platform, as keys of orders name it → what people call it."""

DIRECTIONS: Final[Vocabulary] = {
    "in": (
        "收到", "接收", "收", "对方", "客户", "否", "0", "false", "no", "in", "received", "incoming", "inbound", "them",
    ),
    "out": (
        "发出", "发送", "已发送", "发", "我", "我方", "员工", "客服", "是", "1", "true", "yes", "out", "sent",
        "outgoing", "outbound", "me",
    ),
    "system": ("系统", "系统消息", "系统通知", "system"),
}  # fmt: skip

KINDS: Final[Vocabulary] = {
    "text": ("文本", "文字", "文字消息", "引用回复", "带有引用的文本消息", "text", "txt"),
    "image": ("图片", "照片", "image", "picture", "photo", "img"),
    "voice": ("语音", "语音消息", "voice", "audio"),
    "video": ("视频", "小视频", "video"),
    "sticker": ("表情", "表情包", "动画表情", "用户上传的gif表情", "sticker", "emoji", "emotion"),
    "location": ("位置", "位置共享", "location"),
    "card": ("名片", "个人名片", "推荐公众号", "card", "contact card"),
    "link": (
        "链接", "卡片", "小程序", "(分享)卡片式链接", "(分享)小程序", "(分享)音乐", "(分享)笔记", "(分享)视频号名片",
        "(分享)视频号视频", "合并转发的聊天记录", "聊天记录", "接龙", "link", "url", "mini program", "weapp", "article",
    ),
    "file": ("文件", "file", "document"),
    "call": ("语音通话", "视频通话", "通话", "call", "voip"),
    "money": ("转账", "红包", "收款", "赠送红包封面", "transfer", "red packet", "payment", "money"),
    "order": ("订单", "order"),
    "greeting": ("打招呼", "欢迎语", "自动回复", "企业微信打招呼(猜)", "greeting", "welcome"),
    "system": (
        "系统", "系统消息", "系统通知", "撤回消息", "撤回", "消息撤回", "拍一拍", "邀请加群", "添加好友",
        "企业微信添加好友(猜)", "system", "recall", "revoke", "notice",
    ),
    "deleted_us": ("已删除我", "对方已删除", "deleted us"),
}  # fmt: skip

DATE_KINDS: Final[Vocabulary] = {
    "birthday": ("生日", "生辰", "birthday"),
    "anniversary": ("纪念日", "周年", "anniversary"),
    "expiry": ("到期", "过期", "有效期", "失效", "expir"),
    "due": ("预产期", "续费", "还款", "交付", "截止", "due", "renewal"),
}
"""Kind of key date → parts of words for it."""

CALENDARS: Final[Vocabulary] = {
    "solar": ("公历", "阳历", "新历", "国历", "solar", "gregorian", "否", "0", "false", "no"),
    "lunar": ("农历", "阴历", "旧历", "lunar", "是", "1", "true", "yes"),
}

DECISIONS: Final[Vocabulary] = {
    "same": ("同一人", "同一个人", "同一", "相同", "合并", "是", "same", "yes", "y", "merge", "1", "true"),
    "apart": ("不同人", "不同", "不是同一人", "不合并", "分开", "否", "apart", "no", "n", "different", "0", "false"),
}

TAG_DECISIONS: Final[Vocabulary] = {
    "add": ("添加", "增加", "新增", "加", "打上", "打标", "打标签", "贴", "保留", "add", "added", "set", "+"),
    "remove": ("移除", "去除", "删除", "去掉", "取消", "摘除", "撤销", "减", "remove", "removed", "delete", "-"),
}  # fmt: skip

DELETED: Final[Vocabulary] = {
    "deleted": (
        "已流失",
        "流失",
        "已删除",
        "删除",
        "被删除",
        "已被删除",
        "对方已删除",
        "deleted",
        "lost",
        "removed",
        "blocked",
    ),
}


def word_codes(text: pl.Series, usual: Vocabulary, *, field: str, profile: Profile | None = None) -> pl.Series:
    """The code of each word; null where there is none, or nobody knows the word.

    Args:
        text: Clean text, or categories of such.
        usual: Code → words, small letters; a word's case does not matter.
        field: Of the profile's own words, which stand before the usual ones.
        profile: Null for the usual words alone.
    """
    own = profile.words.get(field, {}) if profile is not None else {}
    known = {word.casefold(): code for words in (usual, own) for code, names in words.items() for word in names}
    told = pl.DataFrame({"text": text.unique().drop_nulls()}).with_columns(
        code=pl.col("text")
        .cast(pl.String)
        .str.to_lowercase()
        .str.strip_chars()
        .str.replace_all("（", "(", literal=True)
        .str.replace_all("）", ")", literal=True)
        .replace_strict(known, default=None, return_dtype=pl.String)
    )
    return text.rename("text").to_frame().join(told, on="text", how="left", maintain_order="left")["code"]


def codes_within(text: pl.Series, parts: Vocabulary, *, default: str) -> pl.Series:
    """The first code of which a word stands within the text; `default` where none does; null stays null."""
    lower = pl.col("text").str.to_lowercase()
    code = pl.lit(default)
    for name, words in reversed(list(parts.items())):
        code = pl.when(lower.str.contains_any(list(words))).then(pl.lit(name)).otherwise(code)
    return pl.DataFrame({"text": text}).select(pl.when(pl.col("text").is_not_null()).then(code)).to_series()


def platforms_of(text: pl.Series) -> pl.Series:
    """The platform that each word names; a word that nobody knows is a platform of that name."""
    own = text.str.to_lowercase().str.strip_chars().str.replace_all(r"\s+", "-")
    return word_codes(text, PLATFORMS, field="platform").fill_null(own)
