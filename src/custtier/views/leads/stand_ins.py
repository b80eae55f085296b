"""Who stands for contacts where no list of contacts is known: those who wrote, and those who ordered."""

from typing import Final

import polars as pl

from custtier.views.basis import Basis
from custtier.views.columns.orders import bought_by, most_often, whose
from custtier.views.leads.days import end_of

_TEXTS: Final = ("channel", "campaign", "referrer", "lead_class")
_INSTANTS: Final = ("first_added_at", "last_added_at", "deleted_at", "named_at")


def chatters(said: pl.DataFrame) -> pl.DataFrame:
    """Rows as of `lists.listed` for everybody who has a chat: one per person and the agent whose chat it is.

    Args:
        said: Of `talk.talk`.
    """
    return _as_listed(said.select("customer_key", "agent"))


def orderers(basis: Basis, *, zone: str) -> pl.DataFrame:
    """Rows as of `lists.listed` for everybody with an order of any state: one per person.

    Nobody knows when they were added. `agent` is that of most purchases, `channel` that of the first.
    """
    placed = basis.facts.table("details", columns=["account_key", "ordered_at", "is_absorbed"]).filter(
        ~pl.col("is_absorbed") & (pl.col("ordered_at") < end_of(basis.as_of, zone=zone)).fill_null(value=False)
    )
    everyone = whose(placed, basis).select(pl.col("customer_key").unique()).collect(engine="streaming")
    bought = bought_by(basis, "channel", "agent").collect(engine="streaming")
    buyers = bought.select(pl.col("customer_key").unique())
    agents = most_often(bought, "agent").select("customer_key", "agent")
    channels = (
        bought.filter(pl.col("channel").is_not_null())
        .group_by("customer_key")
        .agg(pl.col("channel").sort_by("order_day", "channel").first())
    )
    rows = (
        pl.concat([everyone, buyers])
        .unique("customer_key")
        .join(agents, on="customer_key", how="left")
        .join(channels, on="customer_key", how="left")
    )
    return _as_listed(rows)


def _as_listed(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with the columns of a list, unknown where nothing is known of them."""
    return rows.with_columns(
        pl.col("customer_key").alias("contact_key"),
        pl.col("customer_key").alias("account_key"),
        *(pl.lit(None, dtype=pl.String).alias(name) for name in _TEXTS if name not in rows.columns),
        *(pl.lit(None, dtype=pl.Datetime("us", "UTC")).alias(name) for name in _INSTANTS),
        pl.lit(0, dtype=pl.Int64).alias("adding_count"),
    )
