"""Who has stopped buying, who is about to, why, and what is at stake."""

from datetime import date
from fractions import Fraction
from typing import Final

import polars as pl

from custtier.errors import usage_error
from custtier.facts import Facts, Note
from custtier.metrics.runs import YEAR_DAYS, run_rhythm
from custtier.metrics.scope import Scope
from custtier.periods import day_number
from custtier.settings import ChurnLevels
from custtier.views.basis import Basis, basis_of, customers_of
from custtier.views.churn.levels import FIXED, METHODS, Levels, level_codes, levels_of
from custtier.views.churn.reasons import reason_text
from custtier.views.churn.returns import SUGGESTED_SHARE, Returns, all_returns, first_returns
from custtier.views.churn.usual_gap import with_usual_gap
from custtier.views.people import with_people
from custtier.views.shares import divided
from custtier.views.view import View

DEFAULT_DAYS: Final = 90
MOST_ORDERS: Final = 2_000_000
"""With more, fixed days alone are answered without counting gaps: no days are suggested."""
MOST_DAYS: Final = 36_500
"""A hundred years: longer ago is no question to a shop."""

COLUMNS: Final = (
    "customer_id",
    "name",
    "phone",
    "last_order_on",
    "recency_days",
    "order_count",
    "net_sales",
    "usual_gap_days",
    "overdue_ratio",
    "churn_level",
    "reason",
    "value_at_stake",
    "purchase_days",
    "platforms",
)
"""Columns of the table `customers`; those up to `value_at_stake` are guaranteed."""


def churn(
    facts: Facts,
    *,
    as_of: date | None = None,
    scope: Scope | None = None,
    settings: ChurnLevels | None = None,
    days: int | None = None,
    method: str = FIXED,
    everyone: bool = False,
    lang: str = "en",
    rows: int | None = None,
) -> View:
    """Customers who have lapsed or are at risk, those with most at stake first.

    Lapsed at `days` means that the last so many days hold no purchase. A customer's usual gap is the mean over their
    purchase days; who bought on one day has the median of the others'. The methods `own` and `shop` measure who bought
    on one day by how soon others came back after their first, where enough did. At stake are the net sales of the 365
    days that end on the last purchase.

    Args:
        facts: Orders, refunds and customers.
        as_of: Last day observed; None for the last day known.
        scope: Which orders are used.
        settings: Where the warning levels begin.
        days: Lapsed from so many days on, by the method `fixed` alone; None for `DEFAULT_DAYS`.
        method: `fixed` days, the customer's `own` rhythm, or the `shop`'s.
        everyone: List those who are neither lapsed nor at risk too; they have no level.
        lang: Language of `reason`.
        rows: How many rows of `customers` will be shown; None for all.

    Returns:
        Table `customers` (`COLUMNS`). In the summary `days` are those from which a customer counts as lapsed (None by
        the method `own`), `yearly_churn_rate` is the share of those who bought in the 365 days before the last 365
        and not since, `suggested_days` are those by which nine in ten of those who come back have done so (None with
        few returns, or by fixed days with more than `MOST_ORDERS`).

    Raises:
        CusttierError: `bad-days`, `days-without-fixed`, `unknown-method`, and those of `basis_of` and `customers_of`.
    """
    asked_days = checked_days(days, method)
    basis = basis_of(facts, scope=scope or Scope(), as_of=as_of)
    with_gaps = method != FIXED or facts.extent.purchases <= MOST_ORDERS
    rhythm = run_rhythm(basis.ledger, as_of_day=basis.as_of_day, with_gaps=with_gaps)
    found = customers_of(basis, rhythm.customers)
    returned = None if rhythm.gaps is None else all_returns(rhythm.gaps, found.totals, as_of_day=seen_until(basis))
    levels = levels_of(
        method,
        days=asked_days or 0,
        settings=settings or ChurnLevels(),
        gaps=rhythm.gaps,
        returned=None
        if method == FIXED or rhythm.gaps is None
        else first_returns(rhythm.gaps, found.totals, as_of_day=seen_until(basis)),
    )
    judged = _judged(found.totals, levels=levels, as_of_day=basis.as_of_day)
    at_risk_or_lapsed = judged.filter(pl.col("churn_level").is_not_null())
    lapsed = int((at_risk_or_lapsed.get_column("churn_level") == "lapsed").sum())
    listed = judged if everyone else at_risk_or_lapsed
    yearly, remarks = _remarks(judged, method=method)
    return View(
        command="churn",
        parameters={"days": asked_days, "method": method, "all": everyone},
        summary={
            "customers": judged.height,
            "lapsed": lapsed,
            "lapsed_share": lapsed / judged.height,
            "at_risk": at_risk_or_lapsed.height - lapsed,
            "value_at_stake": int(at_risk_or_lapsed.get_column("last_year_sales").sum()),
            "days": levels.days[-1] if levels.days else None,
            "method": method,
            **found.unattributed,
            "yearly_churn_rate": yearly,
            "suggested_days": returned.day(SUGGESTED_SHARE) if returned else None,
        },
        tables={"customers": _table(listed, levels=levels, facts=facts, lang=lang, rows=rows)},
        heights={"customers": listed.height},
        notes=(*found.notes, *remarks, *_on_returns(returned, method=method)),
        as_of=basis.as_of,
        data_through=facts.extent.data_through,
        currency=basis.currency,
    )


def checked_days(days: int | None, method: str) -> int | None:
    """The days of the method `fixed`, typed or by default; None by the others, which measure by gaps.

    Raises:
        CusttierError: `bad-days`, `days-without-fixed`, `unknown-method`.
    """
    if method not in METHODS:
        raise usage_error(
            "unknown-method",
            "--method {method!r} is not known; there are {known}",
            hint="leave it out for fixed days",
            method=method,
            known=", ".join(METHODS),
        )
    if method != FIXED:
        if days is not None:
            raise usage_error(
                "days-without-fixed",
                "--days has no meaning with --method {method}, which measures by gaps between purchases",
                hint="leave out --days, or take --method fixed",
                method=method,
            )
        return None
    asked = DEFAULT_DAYS if days is None else days
    if not 1 <= asked <= MOST_DAYS:
        raise usage_error(
            "bad-days",
            "--days was given {days}, a number from 1 to {most} is expected",
            hint="write it as --days 90",
            days=asked,
            most=MOST_DAYS,
        )
    return asked


def _judged(totals: pl.DataFrame, *, levels: Levels, as_of_day: int) -> pl.DataFrame:
    """`totals` with recency, the usual gap as `gap_days` / `gap_parts`, and the level."""
    return (
        with_usual_gap(totals)
        .with_columns(
            (as_of_day - pl.col("last_day")).cast(pl.Int64).alias("recency_days"),
        )
        .with_columns(level_codes(levels).alias("churn_level"))
    )


def _remarks(judged: pl.DataFrame, *, method: str) -> tuple[float | None, list[Note]]:
    """The yearly churn rate, and what is to be said of it and of a shop without a rhythm to measure by."""
    before = pl.col("year_before_orders") > 0
    bought, lost, has_rhythm = judged.select(
        before.sum().cast(pl.Int64).alias("bought"),
        (before & (pl.col("recency_days") >= YEAR_DAYS)).sum().cast(pl.Int64).alias("lost"),
        (pl.col("purchase_days") > 1).any().alias("has_rhythm"),
    ).row(0)
    notes = [] if has_rhythm or method == FIXED else [Note("no_rhythm")]
    if not bought:
        return None, notes
    return lost / bought, [*notes, Note("yearly_churn", {"lost": lost, "bought": bought, "share": lost / bought})]


def seen_until(basis: Basis) -> int:
    """Number of the last day on which a purchase would have been seen."""
    until = basis.scope.until
    return min(basis.as_of_day, day_number(until)) if until else basis.as_of_day


def _on_returns(returned: Returns | None, *, method: str) -> list[Note]:
    """By when those who come back do so: what days suit the shop."""
    if returned is None or method != FIXED:
        return []
    half, most = returned.day(Fraction(1, 2)), returned.day(SUGGESTED_SHARE)
    return [Note("suggested_days", {"half": half, "days": most})]


def _table(listed: pl.DataFrame, *, levels: Levels, facts: Facts, lang: str, rows: int | None) -> pl.DataFrame:
    """The table `customers`, most at stake first."""
    return (
        with_people(listed, facts=facts, largest_first="last_year_sales", rows=rows)
        .head(listed.height if rows is None else rows)
        .with_columns(
            pl.from_epoch("last_day", time_unit="d").alias("last_order_on"),
            divided(pl.col("gap_days"), pl.col("gap_parts")).alias("usual_gap_days"),
            divided(pl.col("recency_days") * pl.col("gap_parts"), pl.col("gap_days")).alias("overdue_ratio"),
            reason_text(levels, lang=lang).alias("reason"),
            pl.col("recency_days").cast(pl.Int32),
            pl.col("churn_level").cast(pl.String),
            pl.col("last_year_sales").alias("value_at_stake"),
        )
        .select(COLUMNS)
    )
