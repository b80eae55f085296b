"""The cells of rows that could not be read: personal ones are masked, what is to be mended stays readable."""

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Final

import polars as pl

HEADER_WORDS: Final = (
    # a name
    "姓名",
    "昵称",
    "称呼",
    "名字",
    "收货人",
    "收件人",
    "收货方",
    "联系人",
    "经办人",
    "领取人",
    "下单人",
    "付款人",
    "付款方",
    "收款人",
    "核销人",
    "推荐人",
    "介绍人",
    "持卡人",
    "对方",
    "买家",
    "客户",
    "顾客",
    "会员",
    "用户",
    "粉丝",
    "抬头",
    "线索名称",
    "nickname",
    "nick name",
    "full_name",
    "to name",
    "penerima",
    "telepon",
    "first name",
    "last name",
    "full name",
    "buyer",
    "customer",
    "client",
    "member",
    "recipient",
    "receiver",
    "consignee",
    "contact",
    "company",
    "billing",
    "shipping name",
    "shippingname",
    "ship to",
    "ship name",
    "post to",
    "card name",
    "referr",
    "invite",
    # a number to call, an address to write to
    "手机",
    "电话",
    "联系方式",
    "邮箱",
    "邮件",
    "phone",
    "mobile",
    "mail",
    # an account
    "账号",
    "帐号",
    "账户名",
    "账户名称",
    "旺旺",
    "微信号",
    "支付宝账",
    "openid",
    "wxid",
    "微信id",
    "wechat_id",
    "wechat id",
    "union_id",
    "下单微信",
    "淘宝id",
    "京东id",
    "往来单位",
    "talker",
    "alias",
    "room_name",
    "open_id",
    "unionid",
    "external_userid",
    "account",
    "user",
    # a place
    "地址",
    "街道",
    "省市县",
    "地区",
    "地域",
    "区域",
    "address",
    "street",
    "zip",
    "postal",
    # free words
    "备注",
    "留言",
    "附言",
    "身份证",
    "证件",
    "税号",
    "remark",
    "message",
    "memo",
    "note",
    "comment",
)
"""A header that holds one of these, in any case, holds a personal field."""

ALONE: Final = frozenset({"", "name", "名称", "电邮", "tel", "wechat", "qq"})
"""Headers that say so only when nothing else stands with them; a cell without a header may be anything."""

FIGURE: Final = re.compile(
    "(?:金额|实付|实收|货款|时间|日期|邮费|运费|服务费|积分|状态|来源|数量|件数|等级|类型|税率|amount|price|total|date|time|status)"
    r"(?:\s*[(（]\w+[)）])?$"
)
"""How a header of a personal word ends that holds a figure all the same: what the buyer paid, and when."""

ORDER_NUMBER: Final = re.compile("单号|订单编号|订单id|流水号|交易号|order|transaction|invoice")
"""Headers of numbers that may look like a phone's."""

PHONE_OR_MAIL: Final = re.compile(r"(?:\+?(?:00)?86)?[ -]?1[3-9]\d[ -]?\d{4}[ -]?\d{4}|\S+@\S+")

SHOPIFY_NUMBER: Final = re.compile(r"#\w+")
"""What Shopify writes under `Name`: the order's number, not a person's name."""


@cache
def is_personal(header: str) -> bool:
    """Whether the cells under a header are a person's name, number, account, address or a free remark.

    Examples:
        >>> is_personal("收货人手机"), is_personal("买家实际支付金额"), is_personal("订单编号")
        (True, False, False)
    """
    text = " ".join(header.lower().rstrip("'").split())
    if text in ALONE or text.isdigit():
        return True
    return any(word in text for word in HEADER_WORDS) and not FIGURE.search(text)


def masked_cells(cells: pl.Series) -> pl.Series:
    """JSON objects of header → text with personal texts cut to their first character: `{"买家": "张***"}`.

    Whatever its header, a text that is a mobile number or an e-mail address is cut too: where a row is shifted, it
    stands under another one. So is all that stands beyond the last header, under its number.
    """
    # one by one: they were read so too, and are few where they are shown
    return cells.map_elements(_masked, return_dtype=pl.String)


def _masked(cells: str) -> str:
    found: Mapping[str, str] = json.loads(cells)
    shown = {header: _cut(text) if _is_hidden(header, text) else text for header, text in found.items()}
    return json.dumps(shown, ensure_ascii=False)


def _is_hidden(header: str, text: str) -> bool:
    if is_personal(header):
        return not (header == "Name" and SHOPIFY_NUMBER.fullmatch(text))
    return PHONE_OR_MAIL.fullmatch(text.strip()) is not None and not ORDER_NUMBER.search(header.lower())


def _cut(text: str) -> str:
    return text[0] + "***" if len(text) > 1 else "*"
