"""Who may be one person, and what somebody decided about it, as tables to read and to mark."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import narwhals.stable.v2 as nw
import polars as pl

from custtier.facts import Facts, Note
from custtier.metrics.frames import polars_behind
from custtier.metrics.sales import purchases_as_of
from custtier.views.view import View

_SIDE: Final = ("customer_id", "name", "phone", "platforms", "account", "order_count", "net_sales")
PROPOSED: Final = (
    "proposal",
    "decision",
    "strength",
    "evidence_score",
    "hints",
    *(f"{name}_{place}" for place in (1, 2) for name in _SIDE),
)
"""Columns of the table of proposals; `decision` is empty, for the reader to fill in."""

LINKED: Final = (
    "link_id", "person", "decision", "made_by", "import_id", "customer_id", "name", "platforms", "account", "is_known",
)  # fmt: skip
"""Columns of the table of links: one row per account that somebody named."""


def sales_of_customers(facts: Facts) -> pl.DataFrame:
    """`customer_key`, `order_count`, `net_sales` of everybody who bought, all of time.

    `net_sales` (minor units) is null where the orders are in several currencies.

    Args:
        facts: Any.
    """
    last_on = facts.extent.last_on or date.max
    bought = polars_behind(
        purchases_as_of(
            nw.from_native(facts.purchases),
            as_of=last_on,
            has_dated_refunds=facts.extent.dated_refunds > 0,
        )
    )
    is_one_currency = len(facts.extent.currencies) < 2
    return (
        bought.filter(pl.col("account_key").is_not_null())
        .group_by("account_key")
        .agg(pl.len().cast(pl.Int64).alias("order_count"), pl.col("net_sales").sum())
        .join(facts.accounts, on="account_key", how="left")
        .group_by(pl.coalesce("customer_key", "account_key").alias("customer_key"))
        .agg(pl.col("order_count").sum(), pl.col("net_sales").sum())
        .with_columns(pl.when(is_one_currency).then("net_sales").alias("net_sales"))
        .collect()
    )


def proposals_view(
    pairs: pl.DataFrame,
    facts: Facts,
    *,
    known: pl.DataFrame,
    crowds: int,
    decided: int,
    parameters: Mapping[str, object],
) -> View:
    """The proposals with what both sides are and bought.

    Args:
        pairs: Uses `proposal`, `strength`, `score`, `reasons`, `customer_key_1`, `customer_key_2`.
        facts: Knows the customers and their orders.
        known: Every account, with `customer_id`.
        crowds: Values that too many customers share to tell anything.
        decided: Pairs that somebody said to be apart.
        parameters: What was asked.
    """
    keys = pl.concat([pairs.select(customer_key=f"customer_key_{place}") for place in (1, 2)]).unique()
    people = facts.customers.join(keys.lazy(), on="customer_key", how="semi").collect()
    texts = known.select("customer_id", "account").unique("customer_id")
    sides = (
        people.join(texts, on="customer_id", how="left")
        .join(sales_of_customers(facts), on="customer_key", how="left")
        .with_columns(pl.col("order_count", "net_sales").fill_null(0))
    )
    if len(facts.extent.currencies) > 1:
        sides = sides.with_columns(pl.lit(None, dtype=pl.Int64).alias("net_sales"))
    unmarked = pl.lit(None, dtype=pl.String).alias("decision")
    table = pairs.rename({"score": "evidence_score", "reasons": "hints"}).with_columns(unmarked)
    for place in (1, 2):
        named = sides.select(pl.col("customer_key", *_SIDE).name.suffix(f"_{place}"))
        table = table.drop(f"customer_id_{place}", strict=False).join(named, on=f"customer_key_{place}", how="left")
    strengths = dict(pairs.group_by("strength").len().iter_rows())
    notes = [Note("crowded_hints", {"values": crowds})] if crowds else []
    notes += [Note("decided_pairs", {"pairs": decided})] if decided else []
    notes += [Note("mark_proposals")] if pairs.height else []
    return View(
        command="identities propose",
        parameters=parameters,
        summary={
            "proposals": pairs.height,
            **{name: int(strengths.get(name, 0)) for name in ("strong", "medium", "weak")},
        },
        tables={
            "proposals": table.sort("evidence_score", "proposal", descending=[True, False]).select(PROPOSED),
        },
        notes=tuple(notes),
        currency=facts.extent.currencies[0] if len(facts.extent.currencies) == 1 else None,
    )


def links_table(links: pl.DataFrame, facts: Facts, *, known: pl.DataFrame) -> pl.DataFrame:
    """What somebody decided, one row per account named, the latest first.

    Args:
        links: `link_id`, `person`, `decision`, `source`, `import_id`, `account_key`, `account`.
        facts: Knows the customers.
        known: Every account, with `customer_key`.
    """
    owners = known.select("account_key", "customer_key").join(facts.customers.collect(), on="customer_key", how="left")
    return (
        links.rename({"source": "made_by"})
        # a label that is the id itself tells nothing more
        .with_columns(pl.when(pl.col("person") != pl.col("link_id")).then("person").alias("person"))
        .join(owners, on="account_key", how="left")
        .with_columns(pl.col("customer_key").is_not_null().alias("is_known"))
        .sort("import_id", "link_id", "customer_id", "account", descending=[True, False, False, False], nulls_last=True)
        .select(LINKED)
    )


def identities_view(table: pl.DataFrame, summary: Mapping[str, Any], *, command: str, **more: Any) -> View:
    """An answer whose table is a list of links."""
    return View(command=command, parameters={}, summary=dict(summary), tables={"links": table}, **more)
