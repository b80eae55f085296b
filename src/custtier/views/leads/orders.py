"""What contacts bought before and after they were added, and the orders of theirs that came to nothing."""

import narwhals.stable.v2 as nw
import polars as pl

from custtier.metrics.frames import polars_behind
from custtier.metrics.scope import in_scope
from custtier.periods import day_number
from custtier.schema import State
from custtier.views.basis import Basis
from custtier.views.columns.orders import bought_by, whose


def with_purchases(contacts: pl.DataFrame, *, basis: Basis) -> pl.DataFrame:
    """`contacts` with `first_order_on` and `bought_before_on` (Dates).

    A purchase on the day of adding counts as one after it: exports tell the day better than the hour. Where no day of
    adding is known every purchase counts as one after it.

    Args:
        contacts: Uses `customer_key` (null: nobody's) and `added_on`.
        basis: The orders used.
    """
    bought = bought_by(basis).select("customer_key", "order_day")
    first = bought.group_by("customer_key").agg(pl.col("order_day").min().cast(pl.Date).alias("first_on"))
    rows = contacts.join(first.collect(engine="streaming"), on="customer_key", how="left", maintain_order="left")
    was_before = (pl.col("first_on") < pl.col("added_on")).fill_null(value=False)
    rows = rows.with_columns(
        pl.when(was_before).then("first_on").alias("bought_before_on"),
        pl.when(~was_before).then("first_on").alias("first_order_on"),
    ).drop("first_on")
    before = rows.filter(pl.col("bought_before_on").is_not_null()).select("customer_key", "added_on").unique()
    if before.is_empty():
        return rows
    after = (
        before.lazy()
        .join(bought, on="customer_key", how="inner")
        .filter(pl.col("order_day").cast(pl.Date) >= pl.col("added_on"))
        .group_by("customer_key", "added_on")
        .agg(pl.col("order_day").min().cast(pl.Date).alias("after_on"))
        .collect(engine="streaming")
    )
    return (
        rows.join(after, on=["customer_key", "added_on"], how="left", maintain_order="left")
        .with_columns(pl.coalesce("first_order_on", "after_on").alias("first_order_on"))
        .drop("after_on")
    )


def open_orders(basis: Basis) -> pl.DataFrame:
    """The last order of each person that came to nothing: `customer_key`, `open_order_on` (Date).

    That is an order that was not paid, was cancelled, or was refunded in full by the day observed. Orders without
    money, gifts and samples, are none, nor are those that a rule of the user's takes out.
    """
    columns = ["order_key", "account_key", "state", "ordered_on", "is_absorbed", *basis.scope.listed()]
    every = basis.facts.table("details", columns=list(dict.fromkeys(columns))).filter(
        pl.col("account_key").is_not_null() & pl.col("ordered_on").is_not_null() & ~pl.col("is_absorbed")
    )
    numbered = every.with_columns(pl.col("ordered_on").cast(pl.Int32).alias("order_day"))
    asked = polars_behind(in_scope(nw.from_native(numbered), scope=basis.scope, as_of=basis.as_of))
    paid = basis.facts.purchases.filter(pl.col("order_day") <= day_number(basis.as_of)).select(
        "order_key", (pl.col("gross") > 0).alias("has_money")
    )
    bought = polars_behind(basis.purchases_with("order_key")).select("order_key")
    came_to_nothing = (
        asked.join(bought, on="order_key", how="anti")
        .join(paid, on="order_key", how="left")
        # what was paid and is not among the purchases was refunded, unless it had no money or a rule took it out
        .filter(pl.col("has_money").fill_null(pl.col("state") != State.PAID.value))
        .select("account_key", "order_day")
    )
    last = whose(came_to_nothing, basis).group_by("customer_key").agg(pl.col("order_day").max())
    return last.select("customer_key", pl.col("order_day").cast(pl.Date).alias("open_order_on")).collect(
        engine="streaming"
    )
