"""Recency, frequency and money of every customer: scores, and the class or segment that they make."""

from dataclasses import dataclass, field
from datetime import date
from typing import Final

import polars as pl

from custtier.errors import nothing_error, usage_error
from custtier.facts import Facts, Note
from custtier.metrics.refunds_made import less_refunds
from custtier.metrics.runs import run_window
from custtier.metrics.scope import Scope
from custtier.periods import day_of
from custtier.schema import SEGMENTS
from custtier.schemes import Scheme
from custtier.scoring import RfmCuts
from custtier.views.basis import Basis, basis_of, customers_of, totals_in
from custtier.views.people import with_people
from custtier.views.rfm.by import by_tables, check_dimension, nameless
from custtier.views.rfm.cuts import LEAST_FIVE_BINS, LEAST_SCORED, OFTEN_ORDERS, Cuts, FrozenCuts, no_scores
from custtier.views.rfm.cuts_asked import CutsKind, check_cuts, check_freezable, cuts_asked, drift_of
from custtier.views.rfm.matrix import score_matrices
from custtier.views.rfm.own_classes import own_classes
from custtier.views.rfm.segments import GRID10, eight_classes, grid_of_ten, segment_table
from custtier.views.tiers.standing import TierRules, told_tiers
from custtier.views.view import View

CHINESE8: Final = "chinese8"
SCHEMES: Final = {CHINESE8: SEGMENTS, "grid10": GRID10}
"""The ways to segment, the default first, and the segments of each."""

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
class Asked:
    """What may be asked of `rfm` beyond the customers, their scores and their segments.

    Args:
        scheme: `chinese8`, the eight classes, `grid10`, the ten segments, or the name of one of `own_schemes`.
        own_schemes: The user's.
        window_days: Orders and net sales count only those of so many days that end on the day observed; None for all.
        with_matrix: Add the tables of `rfm.matrix.score_matrices`.
        by: One of `rfm.by.DIMENSIONS`: add the table `by`; None for none.
        cuts: One of `CutsKind`; None is by rank, the default.
        freeze: The cuts by rank are to be kept: `high` in the summary completes them.
        written: The cuts of the settings, for `fixed`.
        frozen: The cuts kept, for `frozen`.
    """

    scheme: str = CHINESE8
    own_schemes: tuple[Scheme, ...] = ()
    window_days: int | None = None
    with_matrix: bool = False
    by: str | None = None
    cuts: str | None = None
    freeze: bool = False
    written: RfmCuts = field(default_factory=RfmCuts)
    frozen: FrozenCuts | None = None

    @property
    def kind(self) -> str:
        """Where the cuts come from."""
        return self.cuts or CutsKind.QUANTILE

    @property
    def own_scheme(self) -> Scheme | None:
        """The user's scheme that is asked for; None when it is one of ours."""
        return next((one for one in self.own_schemes if one.name == self.scheme), None)

    @property
    def codes(self) -> tuple[str, ...]:
        """The classes of the scheme, in their order.

        Raises:
            CusttierError: `unknown-scheme`.
        """
        own = {one.name: one.codes for one in self.own_schemes}
        known = {**own, **SCHEMES}
        if self.scheme not in known:
            raise usage_error(
                "unknown-scheme",
                "--scheme {scheme!r} is not known; there are {known}",
                hint="leave it out for the eight classes, or write a scheme of your own in the settings",
                scheme=self.scheme,
                known=", ".join([*SCHEMES, *own]),
            )
        return known[self.scheme]


def rfm(
    facts: Facts,
    *,
    as_of: date | None = None,
    scope: Scope | None = None,
    rules: TierRules | None = None,
    asked: Asked | None = None,
    rows: int | None = None,
) -> View:
    """Every customer's recency, orders and net sales, scored 1 to 5 (5 best), and their segment.

    Recency and money are scored by rank among all customers, equal values equally; frequency by fixed cuts (1, 2, 3,
    4-5, 6+). Fewer than 50 customers get the scores 1, 3 and 5, fewer than 10 get none. With a window, `order_count`,
    `net_sales` and what follows from them are those of its days; recency and `tier` are not.

    Args:
        facts: Orders, refunds and customers.
        as_of: Last day observed; None for the last day known.
        scope: Which orders are used.
        rules: By what tiers are told.
        asked: The rest of what is asked.
        rows: How many rows of `customers` will be shown; None for all.

    Returns:
        Tables `customers` (`COLUMNS`), `segments` (`rfm.segments.segment_table`; no rows when nobody is scored), and
        those that `asked` asks for. `cuts` in the summary: for each letter the lower bounds of the scores above 1 (four
        of them, with three bins two, without scores none); for recency the most days that still get the score; None
        where ties leave a score to nobody.

    Raises:
        CusttierError: `unknown-scheme`, `no-purchases` when the window holds none, and those of `basis_of`,
            `customers_of` and `rfm_cuts_asked`.
    """
    asked = asked or Asked()
    codes = asked.codes
    check_dimension(asked.by)
    check_cuts(asked.kind, freeze=asked.freeze, written=asked.written, frozen=asked.frozen)
    basis = basis_of(facts, scope=scope or Scope(), as_of=as_of)
    found = customers_of(basis, _totals(basis, asked.window_days))
    sales = found.totals.get_column("net_sales").sort()
    score_cuts = cuts_asked(
        basis,
        days=found.totals.get_column("last_day"),
        sales=sales,
        kind=asked.kind,
        written=asked.written,
        frozen=asked.frozen,
        window_days=asked.window_days,
    )
    if asked.freeze:
        check_freezable(score_cuts, customers=found.totals.height)
    ever = sales if asked.window_days is None else found.totals.get_column("sales_ever").sort()
    rules = rules or TierRules()
    totals = found.totals if asked.window_days is None else found.totals.with_columns(net_sales="sales_ever")
    told = told_tiers(totals, ever.reverse(), rules=rules, as_of=basis.as_of, currency=basis.currency)
    scored = found.totals.with_columns(
        (basis.as_of_day - pl.col("last_day")).cast(pl.Int32).alias("recency_days"),
        told.named.get_column("tier"),
        *(score_cuts.expressions() if score_cuts else no_scores()),
    ).with_columns(segment_codes(score_cuts, asked).alias("segment"))
    codes = codes if score_cuts else ()
    by_value = by_tables(scored, basis=basis, by=asked.by, window_days=asked.window_days, codes=codes)
    return View(
        command="rfm",
        parameters={
            "scheme": asked.scheme,
            "window": asked.window_days,
            "matrix": asked.with_matrix,
            "by": asked.by,
            "cuts": asked.cuts,
            "freeze": asked.freeze,
        },
        summary={
            "customers": scored.height,
            "orders": int(scored.get_column("order_count").sum()),
            "net_sales": int(sales.sum()),
            **found.unattributed,
            **_bounds(score_cuts, asked, as_of_day=basis.as_of_day),
        },
        tables={
            "customers": _table(scored, facts=facts, rows=rows),
            **_more(scored, score_cuts, asked, codes=codes),
            **by_value,
        },
        heights={"customers": scored.height},
        notes=(
            *found.notes,
            *told.notes,
            *_remarks(scored, asked),
            *_windowed(basis, asked.window_days),
            *nameless(by_value),
        ),
        as_of=basis.as_of,
        data_through=facts.extent.data_through,
        currency=basis.currency,
        labels={**rules.cuts.labels, **({"segment": asked.own_scheme.labels} if asked.own_scheme else {})},
    )


def _totals(basis: Basis, window_days: int | None) -> pl.DataFrame:
    """What `totals_in` gives; with a window, orders and net sales are those in it, and `sales_ever` has them all."""
    if window_days is None:
        return totals_in(basis)
    since_day = basis.as_of_day - window_days + 1
    totals = run_window(basis.ledger, since_day=since_day)
    if basis.scope.by_refund_day:
        totals = less_refunds(totals, basis.refunds_with())
        totals = less_refunds(totals, basis.refunds_with(since_day=since_day), sales="window_sales")
    if not totals.get_column("window_orders").sum():
        raise nothing_error(
            "no-purchases",
            "there is no purchase in the {days} days up to {as_of} among the orders asked for",
            hint="take a longer --window, or an earlier --as-of",
            days=window_days,
            as_of=basis.as_of,
        )
    return totals.drop("order_count").rename(
        {"net_sales": "sales_ever", "window_orders": "order_count", "window_sales": "net_sales"}
    )


def segment_codes(cuts: Cuts | None, asked: Asked) -> pl.Expr:
    """The class of each customer by the scheme that is asked for; null without cuts.

    Args:
        cuts: Where high begins. Uses `last_day`, `order_count`, `net_sales`, and the three scores for schemes by score.
        asked: Names the scheme.
    """
    if cuts is None:
        return pl.lit(None, dtype=pl.String)
    is_high = {
        "r": pl.col("last_day") >= cuts.recent_day,
        "f": pl.col("order_count") >= OFTEN_ORDERS,
        "m": pl.col("net_sales") >= cuts.rich_sales,
    }
    if asked.own_scheme is not None:
        return own_classes(asked.own_scheme, is_high=is_high)
    if asked.scheme != CHINESE8:
        return grid_of_ten()
    return eight_classes(is_recent=is_high["r"], is_frequent=is_high["f"], is_rich=is_high["m"])


def rfm_text() -> pl.Expr:
    """The three scores in one word, such as `524`."""
    return (pl.col("r_score").cast(pl.Int32) * 100 + pl.col("f_score") * 10 + pl.col("m_score")).cast(pl.String)


def _more(scored: pl.DataFrame, cuts: Cuts | None, asked: Asked, *, codes: tuple[str, ...]) -> dict[str, pl.DataFrame]:
    """The tables after the first."""
    tables = {"segments": segment_table(scored if cuts else scored.clear(), codes=codes)}
    if asked.with_matrix:
        tables |= score_matrices(scored, scores=cuts.scores if cuts else ())
    return tables


def _windowed(basis: Basis, window_days: int | None) -> list[Note]:
    if window_days is None:
        return []
    since = day_of(basis.as_of_day - window_days + 1)
    return [Note("windowed", {"days": window_days, "since": since, "as_of": basis.as_of})]


def _bounds(cuts: Cuts | None, asked: Asked, *, as_of_day: int) -> dict[str, object]:
    """The figures of the summary that say where scores begin; where high begins, too, when cuts are asked for."""
    if cuts is None:
        return {"cuts": {"r": [], "f": [], "m": []}}
    high = {"high": cuts.high(as_of_day=as_of_day)} if asked.cuts or asked.freeze else {}
    return {"cuts": cuts.shown(as_of_day=as_of_day), **high}


def _remarks(scored: pl.DataFrame, asked: Asked) -> list[Note]:
    """What is to be said of the scores."""
    customers = scored.height
    if asked.kind == CutsKind.FROZEN and asked.frozen is not None:
        return [drift_of(scored, frozen=asked.frozen)]
    if asked.kind == CutsKind.FIXED:
        return []
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
            rfm_text().alias("rfm"),
            pl.col("segment", "tier").cast(pl.String),
        )
        .select(COLUMNS)
    )
