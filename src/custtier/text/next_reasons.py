"""What stands behind a customer's window, in one line: templates per language."""

from collections.abc import Mapping
from typing import Final

NEXT_REASONS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "rhythm": "buys every {gap} days, {recency} days ago",
        "once": "bought on one day, {recency} days ago",
        "reckoned": "; reckoned with {reckoned} days",
        "no_date": "; {chance} likely within {horizon} days, so no date",
        "unknown": "; too little is known here for a date",
    },
    "zh": {
        "rhythm": "平均 {gap} 天买一次，已 {recency} 天",
        "once": "只在一天买过，已 {recency} 天",
        "reckoned": "；结合全店按 {reckoned} 天推算",
        "no_date": "；{horizon} 天内再买的可能只有 {chance}，不给日期",
        "unknown": "；数据太少，给不出日期",
    },
}
"""Language → piece → template.

Places: `gap` the customer's usual days between two purchase days, `recency` the days since the last one, `reckoned` the
gap expected of them with everybody's in mind, `chance` that they buy within `horizon` days.
"""
