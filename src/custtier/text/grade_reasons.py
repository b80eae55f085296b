"""Why a contact has their letter, in one line: templates per language."""

from collections.abc import Mapping
from typing import Final

GRADE_REASONS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "bought": "bought {first_order}",
        "after_adding": ", {gap} days after being added",
        "on_adding": ", on the day of being added",
        "bought_before": "customer before being added, bought {before}",
        "considers": "messages: {incoming}, on days: {days}, last {silent} days ago",
        "short_talk": "messages: {incoming}, on days: {days}, last {silent} days ago",
        "fell_silent": "messages: {incoming}, on days: {days}, silent for {silent} days",
        "order_open": "an order that came to nothing {open} days ago",
        "order_stale": "an order that came to nothing {open} days ago",
        "no_answer": "never answered; messages of ours: {outgoing}",
        "deleted": "deleted us {deleted}, never bought",
        "no_chat": "no chat of theirs is known",
        "no_chats": "no chats are known",
        "no_key": "no account or full phone to join by",
        "before_too": "; customer before",
        "has_left": "; deleted us {deleted}",
    },
    "zh": {
        "bought": "{first_order} 购买",
        "after_adding": "，添加后 {gap} 天",
        "on_adding": "，添加当天",
        "bought_before": "添加前就是客户，{before} 买过",
        "considers": "{incoming} 条来信，{days} 天，最近 {silent} 天前",
        "short_talk": "{incoming} 条来信，{days} 天，最近 {silent} 天前",
        "fell_silent": "{incoming} 条来信，{days} 天，已 {silent} 天没说话",
        "order_open": "{open} 天前下单没成交",
        "order_stale": "{open} 天前下单没成交",
        "no_answer": "从未回复；我方发了 {outgoing} 条",
        "deleted": "{deleted} 删除我们，没买过",
        "no_chat": "没有与此人的聊天记录",
        "no_chats": "没有任何聊天记录",
        "no_key": "没有账号或完整手机号，无法对应",
        "before_too": "；添加前就是客户",
        "has_left": "；{deleted} 已删除我们",
    },
}
"""Language → code of `views.leads.letters.REASONS`, or piece → template.

Places: `first_order`, `before` and `deleted` are days, `gap` the days from adding to the first purchase, `incoming`
and `outgoing` numbers of messages, `days` on how many days they wrote, `silent` and `open` how many days ago.
`after_adding` or `on_adding` follows `bought` where the day of adding is known; `before_too` and `has_left` end the
line of buyers.
"""
