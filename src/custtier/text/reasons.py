"""Why a customer stands in the churn list, in one line: templates per language."""

from collections.abc import Mapping
from typing import Final

REASONS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "rhythm": "buys every {gap} days, {recency} days ago{days_start}, ×{ratio}{ratio_start}",
        "once": "bought on one day, {recency} days ago{days_start}; others buy every {gap} days, ×{ratio}{ratio_start}",
        "once_alone": "bought on one day, {recency} days ago{days_start}",
        "start": " (≥ {start})",
    },
    "zh": {
        "rhythm": "平均 {gap} 天买一次, 已 {recency} 天{days_start}, ×{ratio}{ratio_start}",
        "once": "只在一天买过, 已 {recency} 天{days_start}; 其他人平均 {gap} 天买一次, ×{ratio}{ratio_start}",
        "once_alone": "只在一天买过, 已 {recency} 天{days_start}",
        "start": " (≥ {start})",
    },
}
"""Language → kind of reason → template.

Places: `gap` the usual days between two purchase days (of the shop for who bought on one day), `recency` the days since
the last one, `ratio` how many usual gaps that is; `days_start` and `ratio_start` are the template `start` filled with
the days or the ratio from which the customer's warning level begins, empty where the level is not measured in them.
"""
