"""One person's card: the figures that other answers give them, their orders, accounts, contacts and days."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

from custtier.facts import Facts
from custtier.periods import day_number

CARD: Final = (
    "customer_id",
    "name",
    "phone",
    "platforms",
    "tier",
    "sales_rank",
    "segment",
    "rfm",
    "churn_level",
    "reason",
    "order_count",
    "purchase_days",
    "net_sales",
    "sales_share",
    "average_order",
    "first_order_on",
    "last_order_on",
    "recency_days",
    "usual_gap_days",
    "overdue_ratio",
    "value_at_stake",
    "agent",
    "channel",
    "grade",
    "graded_because",
    "tags",
    "found_by",
)
"""Columns of the table `customer`."""

_MONEY: Final = ("gross", "refunded", "net_sales")
_PRODUCTS: Final = 5
"""Products named of one order; more are counted."""


@dataclass(frozen=True)
class Person:
    """Whose card it is.

    Args:
        account_keys: All their accounts, the customer's own key among them.
        as_of: Last day observed; None when no order was ever paid.
        currency: Of the orders that are shown; None for all.
        zone: The shop's time zone.
    """

    account_keys: pl.Series
    as_of: date | None
    currency: str | None
    zone: str

    @property
    def owns(self) -> pl.Expr:
        """Whether a row's `account_key` is one of theirs."""
        return pl.col("account_key").is_in(self.account_keys.implode())

    def has_seen(self, instant: str) -> pl.Expr:
        """Whether an instant, where it is known, lies on the day observed or before."""
        if self.as_of is None:
            return pl.lit(value=True)
        on = pl.col(instant).dt.convert_time_zone(self.zone).dt.date()
        return (on <= self.as_of).fill_null(value=True)


def card_table(
    known: Mapping[str, object], contacts: pl.DataFrame, orders: pl.DataFrame, *, tags: Sequence[str] = ()
) -> pl.DataFrame:
    """The table `customer`, one row of the columns `CARD`.

    Args:
        known: Column → value, as the other answers say; what is not there is null.
        contacts: `contact_rows`: agent, channel and tags stand there first.
        orders: `order_rows`: agent and channel of orders where no contact has any.
        tags: Tags beside those of contact lists.
    """
    texts = {
        "agent": _joined(contacts, "agent") or _joined(orders, "agent"),
        "channel": _joined(contacts, "channel") or _joined(orders, "channel"),
        "tags": ", ".join(dict.fromkeys([*_split(contacts["tags"]), *tags])) or None,
    }
    row = {**known, **texts}
    return pl.DataFrame([{column: row.get(column) for column in CARD}], infer_schema_length=None)


def order_rows(facts: Facts, person: Person, *, with_numbers: bool = False) -> pl.DataFrame:
    """Every order of the person up to the day observed, of any state, the latest first.

    Args:
        facts: Orders and refunds.
        person: Whose.
        with_numbers: Whether the platform's order number is told: it is looked up among all records that came in.

    Returns:
        `order_key`, `ordered_on`, `platforms`, `shop`, `order_state`, `channel`, `agent`, and `gross`, `refunded`,
        `net_sales` as of the day: null for orders that were never paid, closed or taken out by a rule; then `order_id`
        where it is asked for.
    """
    columns = ["order_key", "account_key", "ordered_on", "ordered_at", "state", "platform", "is_absorbed"]
    seen = (pl.col("ordered_on") <= person.as_of).fill_null(value=True) if person.as_of else pl.lit(value=True)
    orders = (
        facts.table("details", columns=columns)
        .filter(person.owns & ~pl.col("is_absorbed") & seen)
        .select("order_key", "ordered_on", "ordered_at", platforms="platform", order_state="state")
        .collect()
    )
    keys = orders["order_key"].implode()
    # an order that was never paid has no amount, so no currency that could be another one
    currency = pl.col("currency")
    is_shown = pl.lit(value=True) if person.currency is None else currency.is_null() | (currency == person.currency)
    ranked = (
        orders.join(_net(facts, keys, as_of=person.as_of), on="order_key", how="left")
        .filter(is_shown)
        .sort("ordered_on", "ordered_at", "gross", "platforms", descending=True, nulls_last=True)
        .select("order_key", "ordered_on", "platforms", "shop", "order_state", *_MONEY, "channel", "agent")
    )
    if not with_numbers:
        return ranked
    numbers = facts.table("details", columns=["order_key", "order_id"]).filter(pl.col("order_key").is_in(keys))
    return ranked.join(numbers.collect(), on="order_key", how="left", maintain_order="left")


def _net(facts: Facts, keys: pl.Series, *, as_of: date | None) -> pl.DataFrame:
    """`_MONEY`, currency, shop, channel and agent of orders that are purchases, or were until they were refunded."""
    is_wanted = pl.col("order_key").is_in(keys)
    until = pl.lit(value=True) if as_of is None else pl.col("refund_day") <= day_number(as_of)
    dated = facts.dated_refunds.filter(is_wanted & until).group_by("order_key").agg(pl.col("amount").sum())
    refunded = pl.col("undated_refund") + pl.col("amount").fill_null(0)
    return (
        facts.purchases.filter(is_wanted & ~pl.col("is_closed"))
        .select("order_key", "gross", "undated_refund", "currency", "shop", "channel", "agent")
        .join(dated, on="order_key", how="left")
        .with_columns(refunded.alias("refunded"), (pl.col("gross") - refunded).alias("net_sales"))
        .select("order_key", "currency", "shop", "channel", "agent", *_MONEY)
        .collect()
    )


def with_products(orders: pl.DataFrame, *, facts: Facts) -> pl.DataFrame:
    """The orders with `products`: what was bought, each with its number where it is not one; null where unknown."""
    keys = orders["order_key"].implode()
    items = (
        facts.table("items", columns=["order_key", "product", "quantity"])
        .filter(pl.col("order_key").is_in(keys) & pl.col("product").is_not_null())
        .group_by("order_key", "product")
        .agg(pl.col("quantity").sum())
        .sort("order_key", "product")
        .collect()
    )
    number = pl.col("quantity").round(2).cast(pl.String).str.replace(r"\.0$", "")
    named = (
        pl.when(pl.col("quantity").is_in([0.0, 1.0]))
        .then("product")
        .otherwise(pl.concat_str(pl.col("product"), pl.lit(" ×"), number))
    )
    listed = items.with_columns(named.alias("product")).group_by("order_key", maintain_order=True).agg("product")
    first = pl.col("product").list.head(_PRODUCTS).list.join(", ")
    rest = pl.col("product").list.len().cast(pl.Int64) - _PRODUCTS
    told = pl.when(rest > 0).then(pl.concat_str(first, pl.lit(" +"), rest)).otherwise(first)
    return orders.join(listed.select("order_key", told.alias("products")), on="order_key", how="left")


def contact_rows(facts: Facts, person: Person) -> pl.DataFrame:
    """`agent`, `channel`, `tags` of every contact added by the day observed, those who still have us first."""
    columns = ["account_key", "agent", "channel", "tags", "added_at", "first_added_at", "deleted_at"]
    return (
        facts.table("contacts", columns=columns)
        .filter(person.owns & person.has_seen("first_added_at"))
        .sort(pl.col("deleted_at").is_not_null(), "added_at", "agent", descending=[False, True, False], nulls_last=True)
        .select("agent", "channel", "tags")
        .collect()
    )


def event_rows(facts: Facts, person: Person) -> pl.DataFrame:
    """When the person was added and deleted, up to the day observed: `at`, `event`, `agent`, `channel`, `campaign`."""
    return (
        facts.table("contact_events")
        .filter(person.owns & person.has_seen("at"))
        .sort("at", "event", "agent", nulls_last=True)
        .select("at", "event", "agent", "channel", "campaign")
        .collect()
    )


def account_rows(known: pl.DataFrame) -> pl.DataFrame:
    """The person's accounts: `platforms`, `account_kind`, `account`.

    Args:
        known: The person's rows of `facts.KNOWN`.
    """
    return known.select("platforms", "account_kind", "account").unique().sort("platforms", "account_kind", "account")


def date_rows(facts: Facts, person: Person) -> pl.DataFrame:
    """The person's key dates: `date_kind`, `label`, `calendar`, `day` (`1990-05-06`, without a year `05-06`)."""
    columns = ["account_key", "kind", "label", "calendar", "year", "month", "day"]
    parts = [pl.col("month").abs().cast(pl.String).str.zfill(2), pl.col("day").cast(pl.String).str.zfill(2)]
    day = pl.concat_str(pl.col("year").cast(pl.String), *parts, separator="-", ignore_nulls=True)
    return (
        facts.table("dates", columns=columns)
        .filter(person.owns)
        .sort("month", "day", "kind", "label")
        .select(pl.col("kind").alias("date_kind"), "label", "calendar", day.alias("day"))
        .collect()
    )


def _split(texts: pl.Series) -> list[str]:
    """The single tags of lists such as `老客,VIP`, each once, in their order."""
    parts = texts.drop_nulls().str.replace_all("，", ",").str.split(",").explode(empty_as_null=False)
    return [part for part in parts.str.strip_chars().unique(maintain_order=True).to_list() if part]


def _joined(rows: pl.DataFrame, column: str) -> str | None:
    """The different texts of a column in one line, in their order."""
    return ", ".join(rows[column].drop_nulls().unique(maintain_order=True).to_list()) or None
