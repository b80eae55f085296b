"""Who has stopped buying, who is about to, why, and what is at stake."""

from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import polars as pl

from custtier.errors import usage_error
from custtier.facts import Facts, Note
from custtier.metrics.runs import YEAR_DAYS
from custtier.metrics.scope import Scope
from custtier.settings import ChurnLevels
from custtier.views.basis import basis_of
from custtier.views.churn.judged import Judged, judged_by_gaps, judged_by_model
from custtier.views.churn.levels import ALL_METHODS, FIXED, MODEL
from custtier.views.churn.reasons import chance_text, reason_text, season_text, twice_text
from custtier.views.churn.returns import SUGGESTED_SHARE
from custtier.views.churn.seasons import without_seasons
from custtier.views.people import with_people
from custtier.views.shares import divided
from custtier.views.view import View

if TYPE_CHECKING:
    from custtier.views.fitted import Fitting

DEFAULT_DAYS: Final = 90
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
    "season",
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
    model: str | None = None,
    fitting: "Fitting | None" = None,
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
        days: Lapsed from so many days on, by the method `fixed`; looked ahead, by the `model`; None for `DEFAULT_DAYS`.
        method: `fixed` days, the customer's `own` rhythm, the `shop`'s, or the `model`'s chance of a purchase.
        model: Which model; None for the one that did best on the shop's own past.
        fitting: Gives the model; None to fit it now.
        everyone: List those who are neither lapsed nor at risk too; they have no level.
        lang: Language of `reason`.
        rows: How many rows of `customers` will be shown; None for all.

    Returns:
        Table `customers` (`COLUMNS`). In the summary `days` are those from which a customer counts as lapsed (None by
        the method `own`), `yearly_churn_rate` is the share of those who bought in the 365 days before the last 365
        and not since, `suggested_days` are those by which nine in ten of those who come back have done so (None with
        few returns, or by fixed days with more than `MOST_ORDERS`).

    Raises:
        CusttierError: `bad-days`, `days-without-fixed`, `unknown-method`, `model-without-method`, and those
            of `basis_of` and `customers_of`.
    """
    asked_days = checked_days(days, method)
    if model is not None and method != MODEL:
        raise usage_error(
            "model-without-method",
            "--model has no meaning with --method {method}",
            hint="add `--method model`, or leave out --model",
            method=method,
        )
    basis = basis_of(facts, scope=scope or Scope(), as_of=as_of)
    levels = settings or ChurnLevels()
    judged = (
        judged_by_model(basis, days=asked_days or 0, settings=levels, name=model, fitting=fitting)
        if method == MODEL
        else judged_by_gaps(basis, method=method, days=asked_days or 0, settings=levels)
    )
    at_risk_or_lapsed = judged.customers.filter(pl.col("churn_level").is_not_null())
    listed = judged.customers if everyone else at_risk_or_lapsed
    return View(
        command="churn",
        parameters={"days": asked_days, "method": method, "all": everyone},
        summary=_summary(judged, at_risk_or_lapsed),
        tables={"customers": _table(listed, judged=judged, facts=facts, lang=lang, rows=rows)},
        heights={"customers": listed.height},
        notes=(*judged.found.notes, *judged.notes, *_remarks(judged)),
        as_of=basis.as_of,
        data_through=facts.extent.data_through,
        currency=basis.currency,
    )


def checked_days(days: int | None, method: str) -> int | None:
    """The days of the methods `fixed` and `model`, typed or by default; None by the others, which measure by gaps.

    Raises:
        CusttierError: `bad-days`, `days-without-fixed`, `unknown-method`.
    """
    if method not in ALL_METHODS:
        raise usage_error(
            "unknown-method",
            "--method {method!r} is not known; there are {known}",
            hint="leave it out for fixed days",
            method=method,
            known=", ".join(ALL_METHODS),
        )
    if method not in (FIXED, MODEL):
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


def is_waited_for(judged: Judged) -> pl.Expr:
    """Whether the next season of a seasonal buyer is waited for, who would have a level without it."""
    level = "churn_level" if judged.method == FIXED else "level_without_season"
    as_of_day = pl.col("last_day") + pl.col("recency_days")
    return (pl.col("season_until") >= as_of_day).fill_null(value=False) & pl.col(level).is_not_null()


def _seasonal(judged: Judged) -> int | None:
    """How many these are; None where it was not looked at."""
    if "season" not in judged.customers.columns:
        return None
    return judged.customers.filter(is_waited_for(judged)).height


def _summary(judged: Judged, at_risk_or_lapsed: pl.DataFrame) -> dict[str, object]:
    """Figures of all customers."""
    customers = judged.customers.height
    lapsed = int((at_risk_or_lapsed.get_column("churn_level") == "lapsed").sum())
    lost, bought = _lost_in_a_year(judged.customers)
    days = judged.levels.days[-1] if judged.levels.days else None
    return {
        "customers": customers,
        "lapsed": lapsed,
        "lapsed_share": lapsed / customers,
        "at_risk": at_risk_or_lapsed.height - lapsed,
        "value_at_stake": int(at_risk_or_lapsed.get_column("value_at_stake").sum()),
        "days": judged.days if judged.method == MODEL else days,
        "method": judged.method,
        **judged.found.unattributed,
        "yearly_churn_rate": lost / bought if bought else None,
        "seasonal": _seasonal(judged),
        "suggested_days": judged.returned.day(SUGGESTED_SHARE) if judged.returned else None,
    }


def _lost_in_a_year(customers: pl.DataFrame) -> tuple[int, int]:
    """How many of those who bought in the year before the last 365 days have not since, and how many these are."""
    before = pl.col("year_before_orders") > 0
    lost, bought = customers.select(
        (before & (pl.col("recency_days") >= YEAR_DAYS)).sum().cast(pl.Int64).alias("lost"),
        before.sum().cast(pl.Int64).alias("bought"),
    ).row(0)
    return lost, bought


def _remarks(judged: Judged) -> list[Note]:
    """The yearly churn rate, and what days would suit the shop."""
    notes = []
    lost, bought = _lost_in_a_year(judged.customers)
    if bought:
        notes.append(Note("yearly_churn", {"lost": lost, "bought": bought, "share": lost / bought}))
    if seasonal := _seasonal(judged):
        notes.append(Note("seasonal_by_days" if judged.method == FIXED else "seasonal", {"count": seasonal}))
    if judged.returned and judged.method == FIXED:
        half, most = judged.returned.day(Fraction(1, 2)), judged.returned.day(SUGGESTED_SHARE)
        notes.append(Note("suggested_days", {"half": half, "days": most}))
    return notes


def _table(listed: pl.DataFrame, *, judged: Judged, facts: Facts, lang: str, rows: int | None) -> pl.DataFrame:
    """The table `customers`, most at stake first."""
    because = (
        reason_text(judged.levels, lang=lang)
        if judged.chances is None
        else chance_text(judged.chances, days=judged.days, lang=lang)
    )
    if "season" not in listed.columns:
        listed = without_seasons(listed)
    because = pl.concat_str(because, twice_text(lang=lang))
    if judged.method != FIXED:
        because = pl.when(is_waited_for(judged)).then(season_text(lang=lang)).otherwise(because)
    return (
        with_people(listed, facts=facts, largest_first="value_at_stake", rows=rows)
        .head(listed.height if rows is None else rows)
        .with_columns(
            pl.from_epoch("last_day", time_unit="d").alias("last_order_on"),
            divided(pl.col("gap_days"), pl.col("gap_parts")).alias("usual_gap_days"),
            divided(pl.col("recency_days") * pl.col("gap_parts"), pl.col("gap_days")).alias("overdue_ratio"),
            because.alias("reason"),
            pl.col("recency_days").cast(pl.Int32),
            pl.col("churn_level").cast(pl.String),
        )
        .select(*COLUMNS, *(["buy_chance"] if judged.chances else []))
    )
