"""Why a customer stands in the churn list, in one line: templates per language."""

from collections.abc import Mapping
from typing import Final

REASONS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "rhythm": "buys every {gap} days, {recency} days ago, ×{ratio}{start}",
        "once": "bought on one day, {recency} days ago{start}",
        "once_returns": "bought on one day, {recency} days ago; {share}% of those who come back had by then{start}",
        "chance": ("buys every {gap} days, {recency} days ago; {share}% likely to buy in the next {days} days{start}"),
        "once_chance": "bought on one day, {recency} days ago; {share}% likely to buy in the next {days} days{start}",
        "chance_start": " (below {start}%)",
        "season": "buys every year in months {season}, {recency} days ago",
        "season_twice": "; only in months {season} of both years",
        "days_start": " (≥ {start} days)",
        "ratio_start": " (≥ ×{start})",
    },
    "zh": {
        "rhythm": "平均 {gap} 天买一次, 已 {recency} 天, ×{ratio}{start}",
        "once": "只在一天买过，已 {recency} 天{start}",
        "once_returns": "只在一天买过，已 {recency} 天；会回头的人到这时 {share}% 已经回来{start}",
        "chance": "平均 {gap} 天买一次, 已 {recency} 天；之后 {days} 天内再买的可能 {share}%{start}",
        "once_chance": "只在一天买过，已 {recency} 天；之后 {days} 天内再买的可能 {share}%{start}",
        "chance_start": "（低于 {start}%）",
        "season": "每年 {season} 月买, 已 {recency} 天",
        "season_twice": "；两年都只在 {season} 月买",
        "days_start": "（≥ {start} 天）",
        "ratio_start": "（≥ ×{start}）",
    },
}
"""Language → kind of reason → template.

Places: `gap` the customer's usual days between two purchase days, `recency` the days since the last one, `ratio` how
many usual gaps that is; `start` is the template `days_start` or `ratio_start` filled with the days or the ratio from
which the customer's warning level begins, empty without a level. Who bought on one day has no ratio of their own: their
`start` is always in days. `share` is how many in a hundred of those who come back after a first purchase day had done
so after as many days as the customer is away; in a chance it is the customer's own, and `days` the days looked ahead.
"""
