"""What WeChat writes of its own accord: groups, public accounts, accounts of the program, sentences it sends itself."""

from typing import Final

import polars as pl

_SYSTEM_ACCOUNTS: Final = (
    "weixin", "fmessage", "filehelper", "medianote", "floatbottle", "newsapp", "qmessage", "qqmail", "tmessage",
    "qqsync", "lbsapp", "shakeapp", "feedsapp", "masssendapp", "blogapp", "facebookapp", "cardpackage", "readerapp",
    "voipapp", "voicevoipapp", "voiceinputapp", "mphelper", "notifymessage", "notification_messages", "weixinreminder",
    "brandsessionholder", "brandservicesessionholder", "officialaccounts", "service_officialaccounts", "meishiapp",
    "exmail_tool", "wxitil", "userexperience_alarm", "helper_entry", "opencustomerservicemsg", "linkedinplugin",
)  # fmt: skip

_GREETINGS: Final = (
    "我通过了你的朋友验证请求", "我通过了你的好友验证请求", "我已经添加了你，现在我们可以开始聊天了",
    "I've accepted your friend request", "I have accepted your friend request",
)  # fmt: skip
"""Sent in somebody's name when a contact is added."""

_NOTICES: Final = (
    "以上是打招呼的内容", "你已添加了", "现在可以开始聊天了", "You have added", "The above are greeting messages",
    "如果陌生人主动添加你为朋友", "撤回了一条消息", "recalled a message",
)  # fmt: skip
"""Shown by the program between the messages."""

_DELETIONS: Final = (
    "开启了朋友验证，你还不是他", "开启了朋友验证,你还不是他", "开启了好友验证，你还不是他",
    "消息已发出，但被对方拒收了", "消息已发出,但被对方拒收了", "has enabled Friend Confirmation",
    "has enabled friend verification", "rejected by the receiver", "对方已不是你的联系人", "你已不是对方的联系人",
)  # fmt: skip
"""Shown by the program when a message does not arrive because the contact has deleted or blocked us."""

_LONGEST: Final = 400
"""Bytes: what the program writes is short."""

GROUP: Final = "group_chat"
PUBLIC: Final = "public_account"
SYSTEM: Final = "system_account"


def left_out_accounts(rows: pl.DataFrame) -> pl.DataFrame:
    """`rows` with `left_out` for WeChat accounts that are nobody: groups, public accounts, the program's own.

    Args:
        rows: Uses `platform`, `account`, `left_out`.
    """
    account = pl.col("account")
    reason = (
        pl.when(account.str.ends_with("chatroom"))
        .then(pl.lit(GROUP))
        .when(account.str.starts_with("gh_"))
        .then(pl.lit(PUBLIC))
        .when(account.str.to_lowercase().is_in(_SYSTEM_ACCOUNTS))
        .then(pl.lit(SYSTEM))
    )
    return rows.with_columns(left_out=pl.coalesce("left_out", pl.when(pl.col("platform") == "wechat").then(reason)))


def automatic_kind(text: pl.Expr) -> pl.Expr:
    """`greeting`, `system` or `deleted_us` where the text is a sentence of the program; else null."""
    short = pl.when(text.str.len_bytes() <= _LONGEST).then(text)
    return (
        pl.when(short.str.contains_any(list(_DELETIONS)))
        .then(pl.lit("deleted_us"))
        .when(short.str.contains_any(list(_GREETINGS)))
        .then(pl.lit("greeting"))
        .when(short.str.contains_any(list(_NOTICES)))
        .then(pl.lit("notice"))
    )
