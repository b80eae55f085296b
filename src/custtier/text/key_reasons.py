"""Why a customer is picked for one-to-one care, piece by piece: templates per language."""

from collections.abc import Mapping
from typing import Final

KEY_REASONS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "between": "; ",
        "rhythm": "bought on {days} days, every {gap} days, last {recency} days ago",
        "once": "bought on one day, {recency} days ago",
        "value": "{sales} in a year; those who buy more make {above} of all sales",
        "best": "{sales} in a year, nobody buys more",
        "margin": "{sales} in a year, margin {margin}; those with more make {above} of all margin",
        "best_margin": "{sales} in a year, margin {margin}, nobody has more",
        "nothing_in_year": "nothing bought in a year",
        "products": "products: {count}",
        "receivers": "sends to people: {count}",
        "influencer": "tagged as influential",
        "influence_unknown": "products and receivers unknown",
        "referral": "brought people: {count}, of whom bought: {buyers}, for {sales}",
        "contact": "a contact",
        "no_contact": "no contact",
        "deleted": "has deleted us",
        "answers": "messages in 90 days: {count}",
        "silent": "silent for 90 days",
        "no_phone": "no full phone",
    },
    "zh": {
        "between": "；",
        "rhythm": "买过 {days} 天，平均 {gap} 天买一次，已 {recency} 天",
        "once": "只在一天买过，已 {recency} 天",
        "value": "近一年 {sales}，比他买得多的人共占销售额 {above}",
        "best": "近一年 {sales}，没有人比他买得多",
        "margin": "近一年 {sales}，毛利 {margin}，比他高的人共占毛利 {above}",
        "best_margin": "近一年 {sales}，毛利 {margin}，没有人比他高",
        "nothing_in_year": "近一年没买过",
        "products": "买过 {count} 种商品",
        "receivers": "寄给过 {count} 个人",
        "influencer": "有影响力标签",
        "influence_unknown": "商品和收货人不详",
        "referral": "介绍来 {count} 人，其中 {buyers} 人买过，共 {sales}",
        "contact": "是好友",
        "no_contact": "没加好友",
        "deleted": "已删除我们",
        "answers": "近 90 天回复 {count} 条",
        "silent": "近 90 天没回复",
        "no_phone": "没有完整手机号",
    },
}
"""Language → kind of piece → template; `between` stands between two pieces."""
