"""What sets a group of customers apart, in words: a short name and a phrase for each side of behaviour."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Said:
    """How one side of behaviour is said.

    Args:
        name: As part of the group's name.
        phrase: With the group's own figure and that of the others: places `own`, `others`.
    """

    name: str
    phrase: str


BEHAVIOURS: Final[Mapping[str, Mapping[str, Said]]] = {
    "en": {
        "purchase_days.high": Said("often", "bought often: on {own} days (the others {others})"),
        "purchase_days.low": Said("few times", "bought a few times: on {own} days (the others {others})"),
        "usual_gap_days.low": Said("short gaps", "short gaps: every {own} days (the others {others})"),
        "usual_gap_days.high": Said("long gaps", "long gaps: every {own} days (the others {others})"),
        "recency_days.low": Said("recent", "bought lately: {own} days ago (the others {others})"),
        "recency_days.high": Said("silent", "long silent: {own} days (the others {others})"),
        "average_order.high": Said("large orders", "large orders: {own} each (the others {others})"),
        "average_order.low": Said("small orders", "small orders: {own} each (the others {others})"),
        "refund_share.high": Said("many refunds", "{own} of their money goes back (the others {others})"),
        "refund_share.low": Said("few refunds", "only {own} of their money goes back (the others {others})"),
        "products_per_order.high": Said("wide choice", "{own} different products an order (the others {others})"),
        "products_per_order.low": Said("same again", "only {own} different products an order (the others {others})"),
    },
    "zh": {
        "purchase_days.high": Said("买得多", "买得多：在 {own} 天里买过（其余人 {others} 天）"),
        "purchase_days.low": Said("买得少", "买得少：在 {own} 天里买过（其余人 {others} 天）"),
        "usual_gap_days.low": Said("间隔短", "间隔短：平均 {own} 天买一次（其余人 {others} 天）"),
        "usual_gap_days.high": Said("间隔长", "间隔长：平均 {own} 天买一次（其余人 {others} 天）"),
        "recency_days.low": Said("最近来过", "最近来过：距今 {own} 天（其余人 {others} 天）"),
        "recency_days.high": Said("久未来", "久未来：距今 {own} 天（其余人 {others} 天）"),
        "average_order.high": Said("大单", "单子大：每单 {own}（其余人 {others}）"),
        "average_order.low": Said("小单", "单子小：每单 {own}（其余人 {others}）"),
        "refund_share.high": Said("退款多", "退款多：付的钱退回 {own}（其余人 {others}）"),
        "refund_share.low": Said("退款少", "退款少：付的钱只退回 {own}（其余人 {others}）"),
        "products_per_order.high": Said("买得杂", "买得杂：每单 {own} 种不同商品（其余人 {others} 种）"),
        "products_per_order.low": Said("总买那几样", "总买那几样：每单只有 {own} 种不同商品（其余人 {others} 种）"),
    },
}
"""Language → trait and the side of it on which the group lies → how it is said."""

WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "once": "one-time",
        "again": "returning",
        "once_all": "all who bought on one day only",
        "again_all": "all who came again",
        "once_part": "bought on one day only",
        "again_part": "came again",
        "like_most": "like most",
        "middle": "like most of them: nothing sets them clearly apart",
        "platforms": "{own} of them are known only on {where} (of the others {others})",
        "main_category": "{own} of them buy mostly {where} (of the others {others})",
        "between_names": ", ",
        "between": "; ",
    },
    "zh": {
        "once": "一次客",
        "again": "回头客",
        "once_all": "只在一天买过的全部客户",
        "again_all": "来过不止一天的全部客户",
        "once_part": "只在一天买过",
        "again_part": "来过不止一天",
        "like_most": "普通",
        "middle": "和多数人差不多，没有明显的特别之处",
        "platforms": "{own} 的人只在{where}（其余人中 {others}）",
        "main_category": "{own} 的人主要买{where}（其余人中 {others}）",
        "between_names": "·",
        "between": "；",
    },
}
"""Language → the words around them. `where` is a platform or a category."""
