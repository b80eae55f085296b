"""One row per channel, campaign, agent, day, week or month: its contacts, what they cost and brought, its letter."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

from custtier.views.channels.counted import counted, shares_of_letters, time_to_a, with_interval
from custtier.views.channels.groups import GROUPS, PERIODS, in_order
from custtier.views.channels.letters import letter_of
from custtier.views.channels.money import paid_back, with_money
from custtier.views.channels.sold import FIRST_DAYS, Sold

_COUNTS: Final = ("a", "b", "c", "d", "e", "unknown")
_MATURITIES: Final = ((7, "under_7d"), (30, "under_30d"), (FIRST_DAYS, "under_90d"))
MATURE: Final = "mature"
MATURITIES: Final = (*(code for _, code in _MATURITIES), MATURE)
"""How long the youngest contacts of a group have been watched."""

_ORDER: Final = (
    "contacts",
    *_COUNTS,
    "a_share",
    "a_share_low",
    "a_share_high",
    "spend",
    "cost_per_contact",
    "cost_per_a",
    "net_sales",
    "return_on_spend",
    "letter",
    "letter_reason",
    "maturity",
    "answered",
    "b_plus",
    "cost_per_b_plus",
    "bought_before",
    "median_days",
    "buyers_median_days",
    "bought_7d",
    "bought_30d",
    "bought_90d",
    "sales_per_contact",
    "first_day_sales",
    "sales_90d",
    "matured_contacts",
    "sales_90d_per_contact",
    "margin",
    "return_by_margin",
    "refunded_share",
    "paid_back_on",
    "impressions",
    "clicks",
    "cost_per_click",
    "contacts_per_click",
)
"""Columns after those that name the group."""


@dataclass(frozen=True)
class Judged:
    """The answer by groups.

    Args:
        groups: One row per group.
        letters: The share of each letter in each group.
        curve: Who had bought after 7, 30 and 90 days.
        pooled_share: The share of A among all contacts of named groups; None where there are none.
    """

    groups: pl.DataFrame
    letters: pl.DataFrame
    curve: pl.DataFrame
    pooled_share: float | None


def judged_groups(
    contacts: pl.DataFrame,
    spend: pl.DataFrame,
    sold: Sold,
    *,
    by: str,
    as_of: date,
    has_spend: bool,
    has_orders: bool,
    pooled: float | None = None,
) -> Judged:
    """Everything that is told of each group.

    Args:
        contacts: `attribution.contacts_asked` with the columns that name a group.
        spend: `spent.Spent.rows` with the same columns.
        sold: What was sold to the contacts.
        by: One of `GROUPS`.
        as_of: Last day observed.
        has_spend: Whether any file tells of spend: without one nothing was free, it is not known.
        has_orders: Whether any purchase is known: without one nobody can have bought, and sales are not known.
        pooled: The share of A that letters hold each group against; that of these contacts when not given.
    """
    keys = GROUPS[by]
    is_told = pl.col(keys[-1]).is_not_null()
    groups = _joined(contacts, spend, sold, keys=keys, as_of=as_of, has_spend=has_spend)
    groups = with_interval(with_money(groups, is_told=is_told), "a", of="contacts", name="a_share")
    curve, soon = time_to_a(contacts, keys=keys, as_of=as_of)
    groups = in_order(groups.join(soon, on=keys, how="left", nulls_equal=True), by=by, keys=keys)
    if not has_orders:
        groups = groups.with_columns(pl.lit(None, dtype=groups.schema[name]).alias(name) for name in _OF_ORDERS)
        curve = curve.clear()
    told = groups.filter(is_told)
    people = int(told["contacts"].sum())
    if pooled is None:
        pooled = int(told["a"].sum()) / people if people else None
    groups = _with_maturity(groups) if by in PERIODS else _with_letters(groups, keys=keys, pooled=pooled)
    left_out = {"letter", "letter_reason"} if by in PERIODS else {"maturity"}
    left_out |= set() if has_spend else set(_OF_SPEND)
    left_out |= {"margin", "return_by_margin"} if sold.margin_known is None else set()
    for name, others in (("impressions", ()), ("clicks", ("cost_per_click", "contacts_per_click"))):
        left_out |= {name, *others} if groups[name].null_count() == groups.height else set()
    return Judged(
        groups.select(*keys, *(name for name in _ORDER if name not in left_out)),
        shares_of_letters(groups, keys=keys),
        _in_order_of(curve, groups, keys=keys),
        pooled,
    )


_OF_SPEND: Final = frozenset({"cost_per_b_plus", "return_by_margin", "paid_back_on"})
"""Columns that say nothing where no spend is known, beyond those that every answer has."""


_OF_ORDERS: Final = (
    "net_sales",
    "return_on_spend",
    "median_days",
    "buyers_median_days",
    "bought_7d",
    "bought_30d",
    "bought_90d",
    "sales_per_contact",
    "first_day_sales",
    "sales_90d",
    "sales_90d_per_contact",
)
"""Columns that say nothing where no purchase is known."""


def _joined(
    contacts: pl.DataFrame, spend: pl.DataFrame, sold: Sold, *, keys: Sequence[str], as_of: date, has_spend: bool
) -> pl.DataFrame:
    """Counts, spend and sales of every group that has contacts or spend."""
    age = (pl.lit(as_of) - pl.col("added_on")).dt.total_days()
    bought = contacts.select(*keys, "place", (age >= FIRST_DAYS).alias("is_matured")).join(
        sold.of_contact, on="place", how="inner"
    )
    figures = ("net_sales", "first_day_sales", "sales_90d", "gross", "back", "margin")
    sales = bought.group_by(keys).agg(
        *(pl.col(name).sum() for name in figures),
        pl.col("sales_90d").filter(pl.col("is_matured").fill_null(value=False)).sum().alias("matured_sales"),
    )
    shown = [
        pl.when(pl.col(name).count() > 0).then(pl.col(name).sum()).alias(name) for name in ("impressions", "clicks")
    ]
    spent = spend.group_by(keys).agg(pl.col("spend").sum(), *shown)
    counts = counted(contacts, keys=keys, as_of=as_of)
    groups = counts.join(spent, on=keys, how="full", coalesce=True, nulls_equal=True).join(
        sales, on=keys, how="left", nulls_equal=True
    )
    zero = [name for name in counts.columns if name not in {*keys, "watched_days"}]
    zero += [*figures, "matured_sales", *(["spend"] if has_spend else [])]
    groups = groups.with_columns(pl.col(zero).fill_null(0))
    if spend.get_column(keys[-1]).null_count() == spend.height:
        # spend that names none of them says nothing of what any of them cost
        groups = groups.with_columns(pl.when(pl.col(keys[-1]).is_null()).then("spend").alias("spend"))
    back = paid_back(
        spend.select(*keys, pl.col("spent_on").alias("on_day"), "spend"),
        contacts.select(*keys, "place").join(sold.by_day, on="place", how="inner"),
        keys=keys,
    )
    is_told = pl.col(keys[-1]).is_not_null()
    return groups.join(back, on=list(keys), how="left", nulls_equal=True).with_columns(
        pl.when(is_told).then("paid_back_on"),
        pl.when(is_told & (pl.col("spend") > 0)).then(pl.col("margin") / pl.col("spend")).alias("return_by_margin"),
    )


def _with_letters(groups: pl.DataFrame, *, keys: Sequence[str], pooled: float | None) -> pl.DataFrame:
    """`groups` with `letter` and `letter_reason`; null where nobody says which group it is."""
    found = [
        letter_of(bought, contacts, pooled=pooled or 0.0) if name is not None else (None, None)
        for name, bought, contacts in groups.select(keys[-1], "a", "contacts").iter_rows()
    ]
    return groups.with_columns(
        pl.Series("letter", [letter for letter, _ in found], dtype=pl.String),
        pl.Series("letter_reason", [reason for _, reason in found], dtype=pl.String),
    )


def _with_maturity(groups: pl.DataFrame) -> pl.DataFrame:
    """`groups` with `maturity`: how long their youngest contacts have been watched; null without contacts."""
    code: pl.Expr = pl.when(pl.col("watched_days").is_not_null()).then(pl.lit(MATURE))
    for days, name in reversed(_MATURITIES):
        code = pl.when(pl.col("watched_days") < days).then(pl.lit(name)).otherwise(code)
    return groups.with_columns(code.alias("maturity"))


def _in_order_of(curve: pl.DataFrame, groups: pl.DataFrame, *, keys: Sequence[str]) -> pl.DataFrame:
    """The curve in the order of the groups."""
    places = groups.select(*keys).with_row_index("group")
    return curve.join(places, on=list(keys), how="inner", nulls_equal=True).sort("group", "days").drop("group")
