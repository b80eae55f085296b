"""What the analyses say of one customer, from one pass over everybody's purchases."""

from dataclasses import dataclass
from datetime import date

import polars as pl

from custtier.facts import Facts
from custtier.metrics.frames import polars_behind
from custtier.metrics.runs import run_rhythm
from custtier.metrics.scope import Scope
from custtier.settings import ChurnLevels
from custtier.views.basis import Basis, Customers, basis_of, customers_of
from custtier.views.churn.answer import DEFAULT_DAYS
from custtier.views.churn.levels import FIXED, level_codes, levels_of
from custtier.views.churn.reasons import reason_text, twice_text
from custtier.views.churn.seasons import with_seasons
from custtier.views.churn.usual_gap import with_usual_gap
from custtier.views.rfm.answer import Asked, rfm_text, segment_codes
from custtier.views.rfm.cuts import no_scores, ranked_cuts
from custtier.views.shares import divided
from custtier.views.tiers.ranked import nothing_in_window
from custtier.views.tiers.standing import TierRules, told_tiers


@dataclass(frozen=True)
class Measured:
    """Everybody's purchases, added up, and one customer among them.

    Args:
        customer_key: Of the one customer.
        basis: The orders used.
        found: Everyone who bought: the columns of `metrics.runs.Rhythm.customers`.
        mine: The one customer's row of `found.totals`, with the usual gap as `gap_days` / `gap_parts`; no row when they
            bought nothing.
        sales: Net sales of all customers, ascending.
        last_days: Day numbers of their last purchases, ascending.
        gaps: How often each gap occurs; None when it was not asked for.
        window: The days of a window; None without one.
    """

    customer_key: int
    basis: Basis
    found: Customers
    mine: pl.DataFrame
    sales: pl.Series
    last_days: pl.Series
    gaps: pl.DataFrame | None
    window: "Window | None" = None


@dataclass(frozen=True)
class Window:
    """What lies in the days of a window.

    Args:
        days: So many that end on the day observed.
        sales: Net sales in it of all customers, ascending; 0 of those who bought before it alone.
        purchases: Every purchase of the one customer, in it or before: `order_day`, `net_sales`.
    """

    days: int
    sales: pl.Series
    purchases: pl.DataFrame


def measured(
    facts: Facts,
    customer_key: int,
    *,
    as_of: date | None,
    scope: Scope,
    with_gaps: bool = False,
    window_days: int | None = None,
) -> Measured:
    """Everybody's purchases, added up, and one customer among them.

    Args:
        facts: Orders, refunds and customers.
        customer_key: Who is asked about.
        as_of: Last day observed; None for the last day known.
        scope: Which orders are used.
        with_gaps: Count the gaps between purchase days too.
        window_days: Tell the window of so many days too.

    Raises:
        CusttierError: `no-purchases` when nobody bought in the window, and those of `basis_of` and `customers_of`.
    """
    basis = basis_of(facts, scope=scope, as_of=as_of)
    since = None if window_days is None else basis.as_of_day - window_days + 1
    rhythm = run_rhythm(basis.ledger, as_of_day=basis.as_of_day, with_gaps=with_gaps, since_day=since)
    found = customers_of(basis, rhythm.customers)
    is_mine = pl.col("customer_key") == customer_key
    mine = found.totals.filter(is_mine)
    # who bought on one day has the gap of everybody else: only then are the others' gaps looked at
    has_rhythm = mine.height and mine.get_column("purchase_days").item() > 1
    measured_by = mine if has_rhythm or not mine.height else found.totals
    return Measured(
        customer_key=customer_key,
        basis=basis,
        found=found,
        mine=with_usual_gap(measured_by).filter(is_mine),
        sales=found.totals.get_column("net_sales").sort(),
        last_days=found.totals.get_column("last_day").sort(),
        gaps=rhythm.gaps,
        window=None if window_days is None else _window(basis, found, customer_key, days=window_days),
    )


def _window(basis: Basis, found: Customers, customer_key: int, *, days: int) -> Window:
    sales = found.totals.get_column("window_sales").sort()
    if not sales[-1]:
        raise nothing_in_window(days, basis.as_of)
    merged = basis.facts.accounts.filter(pl.col("customer_key") == customer_key).select("account_key").collect()
    keys = pl.concat([merged.to_series(), pl.Series([customer_key], dtype=pl.Int64)])
    purchases = polars_behind(basis.purchases).filter(pl.col("account_key").is_in(keys.implode()))
    return Window(days, sales, purchases.select("order_day", "net_sales").collect(engine="streaming"))


def figures_of(seen: Measured, *, rules: TierRules, churn_levels: ChurnLevels, lang: str) -> dict[str, object]:
    """What `tiers`, `rfm` and `churn` say of the customer, their place by net sales, and what one order brings.

    Args:
        seen: The customer among all.
        rules: By what tiers are told.
        churn_levels: Where the warning levels begin.
        lang: Language of `reason`.

    Returns:
        Column → value; nothing for somebody who bought nothing.
    """
    if not seen.mine.height:
        return {}
    cuts = ranked_cuts(seen.last_days, seen.sales)
    levels = levels_of(FIXED, days=DEFAULT_DAYS, settings=churn_levels, gaps=None)
    told = told_tiers(
        seen.mine, seen.sales.reverse(), rules=rules, as_of=seen.basis.as_of, currency=seen.basis.currency
    )
    sales, orders = pl.col("net_sales"), pl.col("order_count")
    no_more = int(seen.sales.search_sorted(seen.mine.get_column("net_sales").item(), side="right"))
    row = (
        with_seasons(seen.mine, seen.basis)
        .with_columns((seen.basis.as_of_day - pl.col("last_day")).cast(pl.Int64).alias("recency_days"))
        .with_columns(*(cuts.expressions() if cuts else no_scores()), level_codes(levels).alias("churn_level"))
        .select(
            "order_count",
            "net_sales",
            "purchase_days",
            "recency_days",
            pl.lit(told.named.get_column("tier").cast(pl.String)).alias("tier"),
            segment_codes(cuts, Asked()).cast(pl.String).alias("segment"),
            rfm_text().alias("rfm"),
            pl.col("churn_level").cast(pl.String),
            pl.concat_str(reason_text(levels, lang=lang), twice_text(lang=lang)).alias("reason"),
            pl.from_epoch("first_day", time_unit="d").alias("first_order_on"),
            pl.from_epoch("last_day", time_unit="d").alias("last_order_on"),
            divided(pl.col("gap_days"), pl.col("gap_parts")).alias("usual_gap_days"),
            divided(pl.col("recency_days") * pl.col("gap_parts"), pl.col("gap_days")).alias("overdue_ratio"),
            pl.col("last_year_sales").alias("value_at_stake"),
            divided(sales, int(seen.sales.sum())).alias("sales_share"),
            pl.lit(seen.sales.len() - no_more + 1).alias("sales_rank"),
            # halves up, as amounts are rounded everywhere
            ((sales * 2 + orders) // (orders * 2)).alias("average_order"),
        )
    )
    return row.row(0, named=True)
