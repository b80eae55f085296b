"""The lists of picked customers kept so far: who came and went, and what everybody has bought since."""

from datetime import date
from itertools import pairwise
from typing import Final

import polars as pl

from custtier.errors import nothing_error
from custtier.facts import Facts, Note
from custtier.metrics.scope import Scope
from custtier.views.basis import basis_of
from custtier.views.columns.orders import bought_by
from custtier.views.view import View

PICKED: Final = "picked"
NEXT: Final = "next"
"""What a kept list says of a customer: picked, or one of as many who came next."""

RUNS: Final = (
    "kept_on",
    "days",
    "picked",
    "came",
    "went",
    "bought_since",
    "orders_since",
    "sales_since",
    "next_customers",
    "next_bought_since",
    "next_orders_since",
    "next_sales_since",
)
"""Columns of the table `lists`."""

CHANGES: Final = ("kept_on", "swap", "customer_id", "name", "phone")


def key_history(facts: Facts, kept: pl.DataFrame, *, as_of: date | None, scope: Scope | None = None) -> View:
    """Every list kept, the latest first, with what the picked and the next best bought after its day.

    Args:
        facts: Orders, refunds and customers.
        kept: `kept_on`, `customer_key`, `value` (`PICKED` or `NEXT`), each customer once a list.
        as_of: Last day observed; None for the last day known.
        scope: Uses `currency`.

    Returns:
        Tables `lists` (`RUNS`) and `changes` (`CHANGES`: who came or went from the list before to this one).

    Raises:
        CusttierError: `no-kept-picks` when none was kept by the day, and those of `basis_of`.
    """
    basis = basis_of(facts, scope=scope or Scope(), as_of=as_of)
    kept = kept.filter(pl.col("kept_on") <= basis.as_of)
    if kept.is_empty():
        raise nothing_error(
            "no-kept-picks",
            "no list of picked customers has been kept up to {as_of}",
            hint="keep one with: custtier key --keep",
            as_of=basis.as_of,
        )
    changes = _changes(kept)
    since = _since(kept, bought_by(basis))
    lists = (
        since.join(changes.group_by("kept_on").agg(*_counted("swap", came="in", went="out")), on="kept_on", how="left")
        .with_columns(
            (pl.lit(basis.as_of) - pl.col("kept_on")).dt.total_days().cast(pl.Int64).alias("days"),
            # nobody came or went where there was nothing before
            *(
                pl.when(pl.col("kept_on") > pl.col("kept_on").min()).then(pl.col(name).fill_null(0)).alias(name)
                for name in ("came", "went")
            ),
        )
        .sort("kept_on", descending=True)
        .select(RUNS)
    )
    return View(
        command="key",
        parameters={"history": True},
        summary={
            "lists": lists.height,
            **lists.select("picked", "bought_since", "orders_since", "sales_since").row(0, named=True),
        },
        tables={"lists": lists, "changes": _named(changes, facts=facts)},
        heights={"lists": lists.height},
        notes=(*facts.notes, Note("picks_no_proof")),
        as_of=basis.as_of,
        data_through=facts.extent.data_through,
        currency=basis.currency,
    )


def _counted(column: str, **values: str) -> list[pl.Expr]:
    return [(pl.col(column) == value).sum().cast(pl.Int64).alias(name) for name, value in values.items()]


def _changes(kept: pl.DataFrame) -> pl.DataFrame:
    """`kept_on`, `customer_key`, `swap`: who is on a list and was not on the one before, and the other way round."""
    days = kept.get_column("kept_on").unique().sort().to_list()
    picked = kept.filter(pl.col("value") == PICKED)
    found = [picked.clear().select("kept_on", "customer_key", swap=pl.lit(""))]
    for before, day in pairwise(days):
        old, new = (picked.filter(pl.col("kept_on") == one).select("customer_key") for one in (before, day))
        for swap, rows in (
            ("in", new.join(old, on="customer_key", how="anti")),
            ("out", old.join(new, on="customer_key", how="anti")),
        ):
            found.append(rows.select(pl.lit(day).alias("kept_on"), "customer_key", pl.lit(swap).alias("swap")))
    return pl.concat(found)


def _since(kept: pl.DataFrame, bought: pl.LazyFrame) -> pl.DataFrame:
    """One row a list: how many were picked, and who of them bought after its day, how often and for how much."""
    keys = kept.get_column("customer_key").unique().implode()
    orders = bought.filter(pl.col("customer_key").is_in(keys)).select("customer_key", "order_day", "net_sales")
    is_later = pl.col("order_day").cast(pl.Date) > pl.col("kept_on")
    own = (
        kept.lazy()
        .join(orders, on="customer_key", how="left")
        .group_by("kept_on", "customer_key", "value")
        .agg(is_later.sum().cast(pl.Int64).alias("orders"), pl.col("net_sales").filter(is_later).sum().alias("sales"))
    )
    sums = []
    for value, count, prefix in ((PICKED, "picked", ""), (NEXT, "next_customers", "next_")):
        is_meant = pl.col("value") == value
        sums += [
            is_meant.sum().cast(pl.Int64).alias(count),
            (is_meant & (pl.col("orders") > 0)).sum().cast(pl.Int64).alias(f"{prefix}bought_since"),
            pl.col("orders").filter(is_meant).sum().alias(f"{prefix}orders_since"),
            pl.col("sales").filter(is_meant).sum().alias(f"{prefix}sales_since"),
        ]
    return own.group_by("kept_on").agg(sums).collect()


def _named(changes: pl.DataFrame, *, facts: Facts) -> pl.DataFrame:
    """`CHANGES`, the latest list first."""
    keys = changes.get_column("customer_key").unique().implode()
    people = facts.customers.filter(pl.col("customer_key").is_in(keys)).collect()
    return (
        changes.join(people, on="customer_key", how="left")
        .sort("kept_on", "swap", "customer_id", descending=[True, False, False], nulls_last=True)
        .select(CHANGES)
    )
