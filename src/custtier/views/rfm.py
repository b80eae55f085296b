"""Recency, frequency and money of every customer: scores, and the class or segment that they make."""

from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

from custtier.errors import usage_error
from custtier.facts import Facts, Note
from custtier.metrics.scope import Scope
from custtier.models.scores import rank_cuts, reaches_median, score
from custtier.schema import SEGMENTS
from custtier.settings import TierCuts
from custtier.views.basis import basis_of, customers_of, totals_in
from custtier.views.named_tiers import tier_codes
from custtier.views.people import with_people
from custtier.views.segments import GRID10, eight_classes, grid_of_ten, segment_table
from custtier.views.view import View

CHINESE8: Final = "chinese8"
SCHEMES: Final = {CHINESE8: SEGMENTS, "grid10": GRID10}
"""The ways to segment, the default first, and the segments of each."""

LEAST_SCORED: Final = 10
"""Fewer customers get no scores: a fifth of nine says nothing."""
LEAST_FIVE_BINS: Final = 50
"""Fewer customers get three bins."""

COLUMNS: Final = (
    "customer_id",
    "name",
    "phone",
    "last_order_on",
    "recency_days",
    "order_count",
    "net_sales",
    "r_score",
    "f_score",
    "m_score",
    "rfm",
    "segment",
    "tier",
    "first_order_on",
    "platforms",
)
"""Columns of the table `customers`; those up to `segment` are guaranteed."""


@dataclass(frozen=True)
class Cuts:
    """Where the scores above the lowest begin.

    Args:
        last_days: Day numbers of the last purchase from which the second, third, … bin of recency begins.
        orders: The same for the number of orders: fixed, because most buyers bought once.
        sales: The same for net sales, minor units.
    """

    last_days: list[int | None]
    orders: list[int]
    sales: list[int | None]

    @property
    def step(self) -> int:
        """From one score to the next: three bins are scored 1, 3, 5."""
        return 1 if len(self.orders) == 4 else 2


def rfm(
    facts: Facts,
    *,
    as_of: date | None = None,
    scope: Scope | None = None,
    cuts: TierCuts | None = None,
    scheme: str = CHINESE8,
    rows: int | None = None,
) -> View:
    """Every customer's recency, orders and net sales, scored 1 to 5 (5 best), and their segment.

    Recency and money are scored by rank among all customers, equal values equally; frequency by fixed cuts (1, 2, 3,
    4-5, 6+). Fewer than 50 customers get the scores 1, 3 and 5, fewer than 10 get none.

    Args:
        facts: Orders, refunds and customers.
        as_of: Last day observed; None for the last day known.
        scope: Which orders are used.
        cuts: Where the named tiers end.
        scheme: `chinese8`, the eight classes, or `grid10`, the ten segments.
        rows: How many rows of `customers` will be shown; None for all.

    Returns:
        Tables `customers` (`COLUMNS`), `segments` (`segments.segment_table`; no rows when nobody is scored). `cuts` in
        the summary: for each letter the lower bounds of the scores above 1 (four of them, with three bins two, without
        scores none); for recency the most days that still get the score; None where ties leave a score to nobody.

    Raises:
        CusttierError: `unknown-scheme`, and those of `basis_of` and `customers_of`.
    """
    if scheme not in SCHEMES:
        raise usage_error(
            "unknown-scheme",
            "--scheme {scheme!r} is not known; there are {known}",
            hint="leave it out for the eight classes",
            scheme=scheme,
            known=", ".join(SCHEMES),
        )
    basis = basis_of(facts, scope=scope or Scope(), as_of=as_of)
    found = customers_of(basis, totals_in(basis))
    sales = found.totals.get_column("net_sales").sort()
    days = found.totals.get_column("last_day").sort()
    score_cuts = _cuts(days, sales)
    scored = found.totals.with_columns(
        (basis.as_of_day - pl.col("last_day")).cast(pl.Int32).alias("recency_days"),
        tier_codes(sales.reverse(), cuts=cuts or TierCuts()).alias("tier"),
        *_scores(score_cuts),
    ).with_columns(_segment(score_cuts, scheme, days, sales).alias("segment"))
    segments = segment_table(scored if score_cuts else scored.clear(), codes=SCHEMES[scheme] if score_cuts else ())
    return View(
        command="rfm",
        parameters={"scheme": scheme},
        summary={
            "customers": scored.height,
            "orders": int(scored.get_column("order_count").sum()),
            "net_sales": int(sales.sum()),
            **found.unattributed,
            "cuts": _shown_cuts(score_cuts, as_of_day=basis.as_of_day),
        },
        tables={"customers": _table(scored, facts=facts, rows=rows), "segments": segments},
        heights={"customers": scored.height},
        notes=(*found.notes, *_few(scored.height)),
        as_of=basis.as_of,
        data_through=facts.extent.data_through,
        currency=basis.currency,
    )


def _cuts(days: pl.Series, sales: pl.Series) -> Cuts | None:
    """The cuts of this many customers; None for too few."""
    if sales.len() < LEAST_SCORED:
        return None
    orders = [2, 3, 4, 6] if sales.len() >= LEAST_FIVE_BINS else [2, 3]
    bins = len(orders) + 1
    return Cuts(rank_cuts(days, bins=bins), orders, rank_cuts(sales, bins=bins))


def _scores(cuts: Cuts | None) -> list[pl.Expr]:
    if cuts is None:
        return [pl.lit(None, dtype=pl.Int8).alias(name) for name in ("r_score", "f_score", "m_score")]
    # the later the last day, the fewer days ago: the same bins, mirrored
    return [
        score(pl.col("last_day"), cuts=cuts.last_days, step=cuts.step).alias("r_score"),
        score(pl.col("order_count"), cuts=cuts.orders, step=cuts.step).alias("f_score"),
        score(pl.col("net_sales"), cuts=cuts.sales, step=cuts.step).alias("m_score"),
    ]


def _segment(cuts: Cuts | None, scheme: str, days: pl.Series, sales: pl.Series) -> pl.Expr:
    if cuts is None:
        return pl.lit(None, dtype=pl.String)
    if scheme != CHINESE8:
        return grid_of_ten()
    return eight_classes(
        is_recent=reaches_median(pl.col("last_day"), ascending=days),
        is_frequent=pl.col("order_count") >= 2,
        is_rich=reaches_median(pl.col("net_sales"), ascending=sales),
    )


def _shown_cuts(cuts: Cuts | None, *, as_of_day: int) -> dict[str, list[int | None]]:
    if cuts is None:
        return {"r": [], "f": [], "m": []}
    recency: list[int | None] = [None if day is None else as_of_day - day for day in cuts.last_days]
    return {"r": recency, "f": list(cuts.orders), "m": cuts.sales}


def _few(customers: int) -> list[Note]:
    if customers < LEAST_SCORED:
        return [Note("few_customers", {"count": customers, "least": LEAST_SCORED})]
    if customers < LEAST_FIVE_BINS:
        return [Note("three_bins", {"count": customers, "least": LEAST_FIVE_BINS})]
    return []


def _table(scored: pl.DataFrame, *, facts: Facts, rows: int | None) -> pl.DataFrame:
    """The table `customers`, largest net sales first."""
    return (
        with_people(scored, facts=facts, largest_first="net_sales", rows=rows)
        .head(scored.height if rows is None else rows)
        .with_columns(
            pl.from_epoch("last_day", time_unit="d").alias("last_order_on"),
            pl.from_epoch("first_day", time_unit="d").alias("first_order_on"),
            (pl.col("r_score").cast(pl.Int32) * 100 + pl.col("f_score") * 10 + pl.col("m_score"))
            .cast(pl.String)
            .alias("rfm"),
            pl.col("segment", "tier").cast(pl.String),
        )
        .select(COLUMNS)
    )
