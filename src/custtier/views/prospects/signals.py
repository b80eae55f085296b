"""What is seen of customers in their first days, one value a signal, before it is put into levels."""

from typing import Final

import polars as pl

from custtier.metrics.exclusions import PAID_ITEM
from custtier.schema import Direction
from custtier.views.basis import Basis
from custtier.views.columns.orders import most_often, whose
from custtier.views.leads.days import day_in
from custtier.views.leads.talk import NO_TALK
from custtier.views.prospects.starts import Starts

FIRST_SALES: Final = "first_sales"
SECOND: Final = "second_purchase"
PRODUCTS: Final = "first_products"
CATEGORY: Final = "first_category"
PRODUCT: Final = "first_product"
SOURCE: Final = "first_source"
CHANNEL: Final = "first_channel"
CONTACT: Final = "contact_added"
MESSAGES: Final = "first_messages"
REFUND: Final = "early_refund"
SIGNALS: Final = (FIRST_SALES, SECOND, PRODUCTS, CATEGORY, PRODUCT, SOURCE, CHANNEL, CONTACT, MESSAGES, REFUND)

CATEGORIES_KNOWN: Final = 0.5
"""Below this share of customers with a known category, the first product stands for it."""

_DAY, _FIRST = pl.col("order_day"), pl.col("first_day")


def seen_of(starts: Starts, *, basis: Basis, zone: str) -> pl.DataFrame:
    """What is seen of everybody in their first days.

    Args:
        starts: How customers began.
        basis: The orders used, and what stands beside them.
        zone: The shop's time zone.

    Returns:
        `starts.people`, in its order, with `start_sales` (Int64, minor units: net sales of all first days),
        `second_day` (Int32: number of the second purchase day; null without), and the signals of which anything is
        known: `first_sales` (Int64, of the first day), `second_purchase` (Int32, days after the first),
        `first_products` (Int64, different ones of the first day), `first_category`, `first_product` (of most items of
        the first day; one of the two), `first_source`, `first_channel` (String), `contact_added` (`before`, `during`,
        `not`), `first_messages` (Int64, of theirs), `early_refund` (Boolean).
    """
    first = starts.orders.filter(_DAY == _FIRST)
    money = starts.orders.group_by("customer_key").agg(
        pl.col("net_sales").sum().cast(pl.Int64).alias("start_sales"),
        pl.col("net_sales").filter(_DAY == _FIRST).sum().cast(pl.Int64).alias(FIRST_SALES),
        _DAY.filter(_DAY > _FIRST).min().alias("second_day"),
    )
    money = money.with_columns(pl.col("customer_key").is_in(starts.refunded.implode()).alias(REFUND))
    found = [money, _places(first), *_goods(first, basis=basis)]
    beside = (_contacts(starts, basis=basis, zone=zone), _talk(starts, basis=basis, zone=zone))
    seen = starts.people
    for table in (*found, *(one for one in beside if one is not None)):
        seen = seen.join(table, on="customer_key", how="left", maintain_order="left")
    return _channels(seen).with_columns((pl.col("second_day") - _FIRST).alias(SECOND))


def _places(first: pl.DataFrame) -> pl.DataFrame:
    """Where the first purchases were made."""
    source = most_often(first, "source").select("customer_key", pl.col("source").alias(SOURCE))
    channel = most_often(first, "channel").select("customer_key", pl.col("channel").alias(CHANNEL))
    owners = first.select("customer_key").unique()
    return owners.join(source, on="customer_key", how="left").join(channel, on="customer_key", how="left")


def _goods(first: pl.DataFrame, *, basis: Basis) -> list[pl.DataFrame]:
    """How many products were bought first, and which or of which category."""
    which = pl.coalesce("product_id", "product")
    columns = ["order_key", "product_id", "product", "category", "state"]
    items = (
        basis.facts.table("items", columns=columns)
        .filter(PAID_ITEM)
        .join(first.lazy().select("order_key", "customer_key", "order_day"), on="order_key", how="inner")
        .select("customer_key", "order_day", which.alias("which"), pl.coalesce("product", "product_id"), "category")
        .collect(engine="streaming")
    )
    if items.get_column("which").count() == 0 and items.get_column("category").count() == 0:
        return []
    counted = (
        items.drop_nulls("which")
        .group_by("customer_key")
        .agg(pl.col("which").n_unique().cast(pl.Int64).alias(PRODUCTS))
    )
    customers = max(first.get_column("customer_key").n_unique(), 1)
    categories = most_often(items, "category")
    if categories.height >= CATEGORIES_KNOWN * customers:
        return [counted, categories.select("customer_key", pl.col("category").alias(CATEGORY))]
    products = most_often(items, "product")
    return [counted, products.select("customer_key", pl.col("product").alias(PRODUCT))]


def _contacts(starts: Starts, *, basis: Basis, zone: str) -> pl.DataFrame | None:
    """Who was added as a contact by the end of their first days, and by which channel; None without contacts.

    A list shows contacts without a day because they are contacts today: they are taken for people in no list, or what
    came of them would tell of their first days.
    """
    added = day_in("first_added_at", zone=zone).cast(pl.Int32)
    columns = ["account_key", "channel", "first_added_at"]
    listed = (
        whose(basis.facts.table("contacts", columns=columns), basis)
        .with_columns(added.alias("added_day"))
        .filter(pl.col("added_day") <= basis.as_of_day)
        .collect()
    )
    if listed.is_empty():
        return None
    until = _FIRST + (starts.calendar.days - 1)
    mine = listed.join(starts.people, on="customer_key", how="inner").sort(
        "customer_key", "added_day", "channel", nulls_last=True
    )
    earliest = mine.group_by("customer_key", maintain_order=True).agg(
        pl.col("added_day").min(),
        pl.col("channel").filter(pl.col("added_day") <= pl.col("first_day") + (starts.calendar.days - 1))
        .drop_nulls().first().alias("contact_channel"),
    )  # fmt: skip
    day = pl.col("added_day")
    return (
        starts.people.join(earliest, on="customer_key", how="left")
        .with_columns(
            pl.when(day <= _FIRST).then(pl.lit("before"))
            .when(day <= until).then(pl.lit("during"))
            .otherwise(pl.lit("not"))
            .alias(CONTACT)
        )
        .select("customer_key", CONTACT, "contact_channel")
    )  # fmt: skip


def _talk(starts: Starts, *, basis: Basis, zone: str) -> pl.DataFrame | None:
    """How many messages customers wrote in their first days; None without chats."""
    columns = ["account_key", "sent_at", "direction", "kind"]
    messages = basis.facts.table("messages", columns=columns).filter(
        pl.col("direction") == Direction.IN.value, ~pl.col("kind").is_in(NO_TALK).fill_null(value=False)
    )
    written = (
        whose(messages.select("account_key", day_in("sent_at", zone=zone).cast(pl.Int32).alias("day")), basis)
        .join(starts.people.lazy(), on="customer_key", how="inner")
        .filter(pl.col("day").is_between(_FIRST, _FIRST + (starts.calendar.days - 1)), pl.col("day") <= basis.as_of_day)
        .group_by("customer_key")
        .agg(pl.len().cast(pl.Int64).alias(MESSAGES))
        .collect(engine="streaming")
    )
    if written.is_empty():
        return None
    return (
        starts.people.select("customer_key")
        .join(written, on="customer_key", how="left")
        .with_columns(pl.col(MESSAGES).fill_null(0))
    )


def _channels(seen: pl.DataFrame) -> pl.DataFrame:
    """The channel of the first purchase; where no order tells one, that of the contact."""
    if "contact_channel" not in seen.columns:
        return seen
    return seen.with_columns(pl.coalesce(CHANNEL, "contact_channel").alias(CHANNEL)).drop("contact_channel")
