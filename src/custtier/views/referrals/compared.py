"""Whether customers who were brought buy more than others and come back more often; only what is more than chance."""

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt
from typing import Final

import polars as pl

from custtier.facts import Note
from custtier.models.means import error_of_mean, mean_of
from custtier.models.proportions import NORMAL, newcombe, wilson
from custtier.views.basis import Basis
from custtier.views.columns.orders import bought_by
from custtier.views.spoken import spoken_money, spoken_share

WINDOWS: Final = (365, 180, 90, 30)
"""Days from the first purchase on, in which customers are compared: the longest for which enough are known."""
LEAST: Final = 30
"""So many of either kind must have been seen for so long."""
GROUPS: Final = ("brought", "others")


COLUMNS: Final[dict[str, "pl.DataType | type[pl.DataType]"]] = {
    "referral_group": pl.String,
    "customers": pl.Int64,
    "returned_customers": pl.Int64,
    "returned_share": pl.Float64,
    "returned_share_low": pl.Float64,
    "returned_share_high": pl.Float64,
    "mean_sales": pl.Int64,
    "mean_sales_low": pl.Int64,
    "mean_sales_high": pl.Int64,
    "median_sales": pl.Int64,
}


@dataclass(frozen=True)
class Compared:
    """How those who were brought buy, and the others.

    Args:
        table: `COLUMNS`, one row a group of `GROUPS`; no row where too few were seen for long enough.
        days: How many days from the first purchase on were looked at; None likewise.
        notes: What is more than chance, and what is not.
    """

    table: pl.DataFrame
    days: int | None
    notes: tuple[Note, ...]


def compared(basis: Basis, brought: pl.Series, *, totals: pl.DataFrame) -> Compared:
    """Customers who were brought beside all others, over the same days of each one's time with the shop.

    Only customers are looked at whose days are all over: who came lately cannot have come back yet.

    Args:
        basis: The orders used.
        brought: `customer_key` of everybody who was brought.
        totals: `views.basis.totals_in`.
    """
    known = totals.filter(pl.col("customer_key").is_not_null()).select(
        "customer_key",
        "first_day",
        pl.col("customer_key").is_in(brought.implode()).alias("is_brought"),
    )
    for days in WINDOWS:
        seen = known.filter(pl.col("first_day") <= basis.as_of_day - days + 1)
        count = int(seen.get_column("is_brought").sum())
        if min(count, seen.height - count) >= LEAST:
            figures = _figures(basis, seen, days=days)
            table = _table(figures)
            return Compared(table, days, _said(table, figures, days=days, currency=basis.currency))
    nothing = () if brought.is_empty() else (Note("referrals_too_few", {"least": LEAST, "days": WINDOWS[-1]}),)
    return Compared(pl.DataFrame(schema=COLUMNS), None, nothing)


def _figures(basis: Basis, seen: pl.DataFrame, *, days: int) -> pl.DataFrame:
    """`is_brought`, `sales`, `has_returned` of each customer, by the days that count."""
    return (
        bought_by(basis)
        .join(seen.lazy(), on="customer_key")
        .filter(pl.col("order_day") < pl.col("first_day") + days)
        .group_by("customer_key")
        .agg(
            pl.col("is_brought").first(),
            pl.col("net_sales").sum().alias("sales"),
            (pl.col("order_day").max() > pl.col("first_day").first()).alias("has_returned"),
        )
        .collect(engine="streaming")
    )


def _table(figures: pl.DataFrame) -> pl.DataFrame:
    rows = []
    for group, is_brought in zip(GROUPS, (True, False), strict=True):
        mine = figures.filter(pl.col("is_brought") == is_brought)
        sales, returned = mine.get_column("sales"), int(mine.get_column("has_returned").sum())
        low, high = wilson(returned, mine.height) or (None, None)
        mean, half = mean_of(sales), NORMAL * error_of_mean(sales)
        rows.append(
            {
                "referral_group": group,
                "customers": mine.height,
                "returned_customers": returned,
                "returned_share": returned / mine.height,
                "returned_share_low": low,
                "returned_share_high": high,
                "mean_sales": round(mean),
                "mean_sales_low": round(mean - half),
                "mean_sales_high": round(mean + half),
                "median_sales": round(_median(sales)),
            }
        )
    return pl.DataFrame(rows, schema=COLUMNS)


def _median(sales: pl.Series) -> float:
    return float(sales.cast(pl.Float64).quantile(0.5, interpolation="linear") or 0.0)


def _said(table: pl.DataFrame, figures: pl.DataFrame, *, days: int, currency: str | None) -> tuple[Note, ...]:
    """One note on coming back and one on sales: more, fewer, or no difference that is more than chance."""
    mine, others = table.rows(named=True)
    low, high = newcombe(
        mine["returned_customers"], mine["customers"], others["returned_customers"], others["customers"]
    ) or (-1.0, 1.0)
    sales = [figures.filter(pl.col("is_brought") == is_brought).get_column("sales") for is_brought in (True, False)]
    gap = mean_of(sales[0]) - mean_of(sales[1])
    half = NORMAL * sqrt(sum(error_of_mean(one) ** 2 for one in sales))
    least, most = round(gap - half), round(gap + half)
    return (
        Note(_verdict("returns", low, high), {"days": days, **_ends(low, high, spoken_share)}),
        Note(
            _verdict("sales", least, most),
            {"days": days, **_ends(least, most, lambda amount: spoken_money(round(amount), currency))},
        ),
    )


def _ends(low: float, high: float, spoken: Callable[[float], str]) -> dict[str, object]:
    """The ends of a difference, without its sign where that is sure."""
    first, last = sorted((abs(low), abs(high))) if low > 0 or high < 0 else (low, high)
    return {"low": spoken(first), "high": spoken(last)}


def _verdict(what: str, low: float, high: float) -> str:
    if low > 0:
        return f"referred_more_{what}"
    return f"referred_fewer_{what}" if high < 0 else f"referred_same_{what}"
