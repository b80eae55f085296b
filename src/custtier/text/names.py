"""Names of codes, as people read them: classes, tiers, warning levels, methods, reasons, formats, platforms."""

from collections.abc import Mapping
from typing import Final

from custtier.text import Catalogue

CONTEXT: Final = "name"

_PROFILES: Final = (
    "alibaba1688-orders",
    "alipay-merchant",
    "alipay-personal",
    "alipay-personal-old",
    "douyin-orders",
    "ebay-orders",
    "generic",
    "jd-orders",
    "jd-personal-bill",
    "kuaishou-orders",
    "lazada-orders",
    "pdd-orders",
    "shopify-orders",
    "taobao-items",
    "taobao-orders",
    "tiktok-shop-orders",
    "wechatpay-merchant",
    "wechatpay-personal",
    "wecom-customers",
    "wxchannels-orders",
    "wxshop-orders",
    "youzan-items",
    "youzan-orders",
)
_PLATFORMS: Final = (
    "alibaba1688",
    "alipay",
    "alipay-personal",
    "douyin",
    "ebay",
    "generic",
    "jd",
    "kuaishou",
    "lazada",
    "pdd",
    "shopify",
    "taobao",
    "tiktok",
    "wechatpay",
    "wechatpay-personal",
    "wecom",
    "wxshop",
    "youzan",
)

NAMES: Final[Mapping[str, Mapping[str, str]]] = {
    "segment": {
        "key_value": "key value",
        "key_develop": "key develop",
        "key_keep": "key keep",
        "key_rescue": "key rescue",
        "general_value": "general value",
        "general_develop": "general develop",
        "general_keep": "general keep",
        "general_rescue": "general rescue",
        "champions": "champions",
        "loyal": "loyal",
        "potential_loyalist": "potential loyalists",
        "new": "new customers",
        "promising": "promising",
        "need_attention": "need attention",
        "about_to_sleep": "about to sleep",
        "at_risk": "at risk",
        "cannot_lose": "cannot lose them",
        "hibernating": "hibernating",
    },
    "tier": {
        "core": "core",
        "important": "important",
        "growing": "growing",
        "regular": "regular",
        "prospect": "prospect",
    },
    "churn_level": {
        "watch": "watch",
        "warning": "warning",
        "lapsed": "lapsed",
    },
    "method": {
        "fixed": "fixed days",
        "own": "own rhythm",
        "shop": "the shop's rhythm",
    },
    "scheme": {
        "chinese8": "eight classes",
        "grid10": "ten segments",
    },
    # their codes are English enough; other languages have names for them
    "profile": {code: code for code in _PROFILES},
    "platforms": {code: code for code in _PLATFORMS},
    "reason": {
        "bad_date": "a date that cannot be read",
        "bad_amount": "an amount that cannot be read",
        "missing_order_id": "no order number",
        "damaged_id": "a number damaged by a spreadsheet",
        "unknown_status": "an unknown status",
        "bad_quantity": "a quantity that cannot be read",
        "order_has_bad_row": "another row of the order is bad",
        "duplicate_row": "the same row again",
        "trailer": "a line under the table",
        "total_row": "a line of totals",
        "description_row": "a line that explains the columns",
        "own_spending": "own spending",
        "other_income": "income that is no sale",
        "red_packet": "red packets",
        "top_up": "top-ups",
        "withdrawal": "withdrawals",
        "own_transfer": "transfers to oneself",
    },
}
"""Column → code → English name. A code that is not listed is shown as it is."""


def names_of(column: str, catalogue: Catalogue) -> dict[str, str]:
    """Code → name in the catalogue's language, for the codes of one column; empty when it holds none."""
    return {code: catalogue.word(f"{CONTEXT} {column}", english) for code, english in NAMES.get(column, {}).items()}
