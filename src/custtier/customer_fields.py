"""What is known of every customer and can be asked by name: its kind, its unit, and what has to be read for it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from custtier.units import Unit


class Kind(StrEnum):
    """What a field can be compared with."""

    NUMBER = "number"
    MONEY = "money"
    DATE = "date"
    TEXT = "text"
    TEXTS = "texts"
    FLAG = "flag"


class Family(StrEnum):
    """Fields that come from the same reading: one field more of a family costs nothing."""

    TOTALS = "totals"
    RHYTHM = "rhythm"
    RANKS = "ranks"
    ORDERS = "orders"
    ITEMS = "items"
    PRICES = "prices"
    PLACES = "places"
    CONTACTS = "contacts"
    REFERRALS = "referrals"
    PEOPLE = "people"
    LEADS = "leads"


@dataclass(frozen=True)
class Field:
    """One thing known of a customer.

    Args:
        name: In machine forms, as a column of views.
        kind: What it can be compared with.
        unit: How it is written out.
        family: What has to be read for it.
    """

    name: str
    kind: Kind
    unit: Unit
    family: Family


def _fields(family: Family, kind: Kind, unit: Unit, *names: str) -> Iterable[Field]:
    return (Field(name, kind, unit, family) for name in names)


_ALL: Final = (
    # before tiers: a word that both are called by means the tier
    *_fields(Family.LEADS, Kind.TEXT, Unit.CODE, "grade"),
    *_fields(Family.TOTALS, Kind.NUMBER, Unit.COUNT, "order_count"),
    *_fields(Family.TOTALS, Kind.MONEY, Unit.MONEY, "net_sales", "average_order"),
    *_fields(Family.TOTALS, Kind.DATE, Unit.DATE, "first_order_on", "last_order_on"),
    *_fields(Family.TOTALS, Kind.NUMBER, Unit.DAYS, "recency_days", "days_since_first"),
    *_fields(Family.RHYTHM, Kind.NUMBER, Unit.COUNT, "purchase_days"),
    *_fields(Family.RHYTHM, Kind.NUMBER, Unit.DAYS, "usual_gap_days"),
    *_fields(Family.RHYTHM, Kind.NUMBER, Unit.RATIO, "overdue_ratio"),
    *_fields(Family.RHYTHM, Kind.MONEY, Unit.MONEY, "value_at_stake"),
    *_fields(Family.RHYTHM, Kind.TEXT, Unit.CODE, "churn_level"),
    *_fields(Family.RANKS, Kind.TEXT, Unit.CODE, "tier", "segment"),
    *_fields(Family.RANKS, Kind.TEXT, Unit.TEXT, "rfm"),
    *_fields(Family.RANKS, Kind.NUMBER, Unit.SCORE, "r_score", "f_score", "m_score"),
    *_fields(Family.ORDERS, Kind.MONEY, Unit.MONEY, "largest_order"),
    *_fields(Family.ORDERS, Kind.NUMBER, Unit.RATIO, "order_spread"),
    *_fields(Family.ORDERS, Kind.NUMBER, Unit.SHARE, "refund_share", "weekend_share"),
    *_fields(Family.ORDERS, Kind.NUMBER, Unit.COUNT, "source_count", "shop_count"),
    *_fields(Family.ORDERS, Kind.NUMBER, Unit.DAYS, "last_gap_days"),
    *_fields(Family.ORDERS, Kind.TEXT, Unit.CODE, "lifecycle"),
    *_fields(Family.ORDERS, Kind.TEXT, Unit.TEXT, "profile", "shop"),
    *_fields(Family.ITEMS, Kind.NUMBER, Unit.COUNT, "pieces", "product_count", "category_count"),
    *_fields(Family.ITEMS, Kind.TEXT, Unit.TEXT, "main_product", "main_category"),
    *_fields(Family.PRICES, Kind.NUMBER, Unit.SHARE, "bargain_share"),
    *_fields(Family.PRICES, Kind.TEXT, Unit.CODE, "price_sensitivity"),
    *_fields(Family.PLACES, Kind.TEXT, Unit.TEXT, "province", "city"),
    *_fields(Family.PLACES, Kind.TEXT, Unit.CODE, "region"),
    *_fields(Family.CONTACTS, Kind.FLAG, Unit.FLAG, "is_contact"),
    *_fields(Family.CONTACTS, Kind.DATE, Unit.DATE, "added_on"),
    *_fields(Family.CONTACTS, Kind.TEXT, Unit.TEXT, "channel", "agent"),
    *_fields(Family.CONTACTS, Kind.TEXTS, Unit.TEXT, "tags"),
    *_fields(Family.REFERRALS, Kind.NUMBER, Unit.COUNT, "referred_count"),
    *_fields(Family.REFERRALS, Kind.MONEY, Unit.MONEY, "referred_sales"),
    *_fields(Family.REFERRALS, Kind.FLAG, Unit.FLAG, "is_referred"),
    *_fields(Family.PEOPLE, Kind.TEXT, Unit.PERSONAL, "name"),
    *_fields(Family.PEOPLE, Kind.TEXT, Unit.TEXT, "platforms"),
)

FIELDS: Final[Mapping[str, Field]] = {one.name: one for one in _ALL}
"""Every field by its name. What each means stands in the definitions (`column.<name>`)."""
