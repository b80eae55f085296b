"""After which purchases people stay away: number, month since the first, what was bought and where, value, refunds."""

from dataclasses import dataclass
from datetime import date
from statistics import NormalDist
from typing import Final

import polars as pl

from custtier.facts import Facts, Note
from custtier.metrics.runs import run_rhythm
from custtier.metrics.scope import Scope
from custtier.views.basis import Basis, Customers, basis_of, customers_of
from custtier.views.churn.judged import seen_until
from custtier.views.churn.moment_kinds import REFUND_MOMENTS, first_baskets, refunds
from custtier.views.churn.returns import SUGGESTED_SHARE, all_returns
from custtier.views.columns.items import bought_items
from custtier.views.columns.orders import bought_by
from custtier.views.shares import divided
from custtier.views.view import View

FEWEST: Final = 30
"""Moments that fewer customers have come to are not listed."""
LAST_NUMBER: Final = 10
"""Purchase days from this one on are one moment."""
MONTH_DAYS: Final = 30
LAST_MONTH: Final = 25
"""Months from this one on are one moment."""
DEFAULT_DAYS: Final = 90
_CONFIDENCE: Final = 0.95

MORE, FEWER, NO_DIFFERENCE = VERDICTS = ("more", "fewer", "no_difference")

OF_ORDERS: Final = ("channel", "agent")
OF_ITEMS: Final = ("product", "category")


@dataclass(frozen=True)
class _Occasions:
    """Purchase days after which enough time has passed to see who came back.

    Args:
        rows: `customer_key`, `order_day`, `number` (1 for the first, up to `LAST_NUMBER`), `month` (1 for the first
            `MONTH_DAYS` days, up to `LAST_MONTH`), `has_left`, `next_day` (of the next purchase; null without).
        days: Who bought nothing in so many days after one has left.
    """

    rows: pl.DataFrame
    days: int


def moments(facts: Facts, *, as_of: date | None = None, scope: Scope | None = None, days: int | None = None) -> View:
    """How many stay away after each kind of purchase, and where these are more than chance has it.

    Somebody has left after a purchase day when the next `days` hold no other. Only purchase days so long ago count. A
    customer counts once in each line: with the first purchase day that it is about. The number and the month are
    compared with all purchase days of their table; what was bought, and where, with what is to be expected of people
    with as many purchase days, because most who leave do so after their first; so are refunds. The first purchase's
    value is compared with all first purchases.

    Args:
        facts: Orders, refunds, items.
        as_of: Last day observed; None for the last day known.
        scope: Which orders are used.
        days: None for those by which nine in ten of those who come back have done so; 90 where that is not known.

    Returns:
        Tables `by_number`, `by_month`, and where the orders show them `by_product`, `by_category`, `by_channel`,
        `by_agent`, `by_first_basket`, `by_refund`: `moment`, `customers`, `left_customers`, `left_share` with its 95 %
        interval `left_low` and `left_high`, `usual_left_share`, `than_usual` (one of `VERDICTS`: beyond chance even
        among as many lines as the table has).

    Raises:
        CusttierError: Those of `basis_of` and `customers_of`.
    """
    basis = basis_of(facts, scope=scope or Scope(), as_of=as_of)
    rhythm = run_rhythm(basis.ledger, as_of_day=basis.as_of_day, with_gaps=True)
    found = customers_of(basis, rhythm.customers)
    assert rhythm.gaps is not None
    returned = all_returns(rhythm.gaps, found.totals, as_of_day=seen_until(basis))
    suggested = returned.day(SUGGESTED_SHARE) if returned else None
    asked = days or suggested or DEFAULT_DAYS
    seen = _occasions(basis, days=asked)
    tables = {"by_number": _by_time(seen, "number", LAST_NUMBER), "by_month": _by_time(seen, "month", LAST_MONTH)}
    for name in (*OF_ITEMS, *OF_ORDERS):
        table = _by_value(basis, seen, name)
        if table.height:
            tables[f"by_{name}"] = table
    for name, table in (("by_first_basket", _by_first_basket(basis, seen)), ("by_refund", _by_refund(basis, seen))):
        if table.height > 1:
            tables[name] = table
    return View(
        command="churn_moments",
        parameters={"days": days},
        summary=_summary(seen, found),
        tables=tables,
        notes=(*found.notes, *_remarks(tables, seen, is_suggested=days is None and suggested is not None)),
        as_of=basis.as_of,
        data_through=facts.extent.data_through,
        currency=basis.currency,
    )


def _summary(seen: _Occasions, found: Customers) -> dict[str, object]:
    rows = seen.rows
    return {
        "customers": found.totals.height,
        "judged_days": rows.height,
        "left_share": rows.get_column("has_left").mean() if rows.height else None,
        "days": seen.days,
        **found.unattributed,
    }


def _remarks(tables: dict[str, pl.DataFrame], seen: _Occasions, *, is_suggested: bool) -> list[Note]:
    notes = [Note("moments_suggested" if is_suggested else "moments_days", {"days": seen.days})]
    lines = sum(table.height for table in tables.values())
    beyond = sum(int((table.get_column("than_usual") != NO_DIFFERENCE).sum()) for table in tables.values())
    if not lines:
        return [*notes, Note("moments_few", {"fewest": FEWEST})]
    return [*notes, Note("moments_beyond", {"lines": lines, "beyond": beyond, "fewest": FEWEST})]


def _occasions(basis: Basis, *, days: int) -> _Occasions:
    owner, day = pl.col("customer_key"), pl.col("order_day")
    rows = (
        bought_by(basis)
        .select(owner, day)
        .unique()
        .sort(owner, day)
        .with_columns(
            day.cum_count().over(owner).clip(upper_bound=LAST_NUMBER).cast(pl.Int64).alias("number"),
            ((day - day.first().over(owner)) // MONTH_DAYS + 1)
            .clip(upper_bound=LAST_MONTH)
            .cast(pl.Int64)
            .alias("month"),
            day.shift(-1).over(owner).alias("next_day"),
        )
        .filter(day + days <= seen_until(basis))
        .select(
            owner,
            day,
            "number",
            "month",
            (pl.col("next_day").is_null() | (pl.col("next_day") - day > days)).alias("has_left"),
            "next_day",
        )
        .collect(engine="streaming")
        .sort(owner, day)
    )
    return _Occasions(rows, days)


def _by_time(seen: _Occasions, column: str, last: int) -> pl.DataFrame:
    """Lines of numbers or months: each customer once, with the first purchase day of it."""
    once = seen.rows.unique(["customer_key", column], keep="first", maintain_order=True)
    expected = once.get_column("has_left").mean() if once.height else None
    lines = (
        once.with_columns(pl.lit(expected, dtype=pl.Float64).alias("expected"))
        .group_by(column)
        .agg(*_COUNTS)
        .sort(column)
        .with_columns(
            pl.when(pl.col(column) == last)
            .then(pl.lit(f"{last}+"))
            .otherwise(pl.col(column).cast(pl.String))
            .alias("moment")
        )
    )
    return _told(lines)


def _by_value(basis: Basis, seen: _Occasions, name: str) -> pl.DataFrame:
    """Lines of a thing bought or a place: each customer once, with the first purchase day that shows it."""
    if name in OF_ITEMS:
        columns = ("product", "product_id") if name == "product" else (name,)
        shown = bought_items(basis, *columns).select("customer_key", "order_day", pl.coalesce(*columns).alias("moment"))
    else:
        shown = bought_by(basis, name).select("customer_key", "order_day", pl.col(name).alias("moment"))
    first = (
        shown.filter(pl.col("moment").is_not_null())
        .group_by("customer_key", "moment")
        .agg(pl.col("order_day").min())
        .collect(engine="streaming")
    )
    usual = seen.rows.group_by("number").agg(pl.col("has_left").mean().alias("expected"))
    lines = (
        first.join(seen.rows, on=["customer_key", "order_day"])
        .join(usual, on="number")
        .group_by("moment")
        .agg(*_COUNTS)
        .with_columns((pl.col("left_customers") / pl.col("customers") - pl.col("usual_left_share")).alias("excess"))
        .sort("excess", "moment", descending=[True, False])
    )
    return _told(lines)


def _by_first_basket(basis: Basis, seen: _Occasions) -> pl.DataFrame:
    """Lines of fifths of the first purchase day's net sales, the lowest first."""
    rows = first_baskets(basis, seen.rows)
    return _told(rows.group_by("place", "moment").agg(*_COUNTS).sort("place"))


def _by_refund(basis: Basis, seen: _Occasions) -> pl.DataFrame:
    """Lines of purchase days with and without a refund, and of orders refunded in full."""
    rows = refunds(basis, seen.rows, days=seen.days, last_judged=seen_until(basis) - seen.days)
    usual = seen.rows.group_by("number").agg(pl.col("has_left").mean().alias("expected"))
    order = {name: place for place, name in enumerate(REFUND_MOMENTS)}
    lines = rows.join(usual, on="number").group_by("moment").agg(*_COUNTS)
    return _told(lines.sort(pl.col("moment").replace_strict(order, return_dtype=pl.Int64)))


_COUNTS: Final = (
    pl.len().cast(pl.Int64).alias("customers"),
    pl.col("has_left").sum().cast(pl.Int64).alias("left_customers"),
    pl.col("expected").sort().mean().alias("usual_left_share"),
)


def _told(lines: pl.DataFrame) -> pl.DataFrame:
    """The lines that enough customers have come to, with intervals and what these say."""
    kept = lines.filter(pl.col("customers") >= FEWEST)
    # as many lines as there are would show one beyond 95 % by chance alone: together they are to be as sure as one
    low, high = _interval(1 - (1 - _CONFIDENCE) / max(kept.height, 1))
    seen_low, seen_high = _interval(_CONFIDENCE)
    return kept.select(
        "moment",
        "customers",
        "left_customers",
        divided(pl.col("left_customers"), pl.col("customers")).alias("left_share"),
        seen_low.alias("left_low"),
        seen_high.alias("left_high"),
        "usual_left_share",
        pl.when(low > pl.col("usual_left_share"))
        .then(pl.lit(MORE))
        .when(high < pl.col("usual_left_share"))
        .then(pl.lit(FEWER))
        .otherwise(pl.lit(NO_DIFFERENCE))
        .alias("than_usual"),
    )


def _interval(confidence: float) -> tuple[pl.Expr, pl.Expr]:
    """The interval of Wilson (1927) of `left_customers` among `customers`."""
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    n = pl.col("customers").cast(pl.Float64)
    share = pl.col("left_customers") / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * (share * (1 - share) / n + z * z / (4 * n * n)).sqrt() / (1 + z * z / n)
    return (middle - half).clip(0.0, 1.0), (middle + half).clip(0.0, 1.0)
