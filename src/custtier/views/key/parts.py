"""What each customer's worth for one-to-one care is made of: the facts, the points of every part, the weighted sum."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from custtier.errors import nothing_error
from custtier.facts import Note
from custtier.metrics.runs import YEAR_DAYS, run_rhythm
from custtier.picks import PARTS, KeyWeights
from custtier.views.basis import Basis, Customers, customers_of
from custtier.views.churn.usual_gap import with_usual_gap
from custtier.views.key.baskets import with_baskets
from custtier.views.key.contacts import with_reach
from custtier.views.key.orders import shown_orders
from custtier.views.key.points import (
    influence_points,
    reachability_points,
    referral_points,
    repurchase_points,
    with_value,
)
from custtier.views.key.referrals import with_referrals
from custtier.views.margins import Margins, margins_of
from custtier.views.referrals.statements import Told

NO_PART: Final[Mapping[str, str]] = {
    "value": "no_key_value",
    "influence": "no_key_influence",
    "referral": "no_key_referral",
}
"""Part that a shop may know nothing of → the remark on it."""


@dataclass(frozen=True)
class Parts:
    """Everyone with their points.

    Args:
        found: The customers of the question; its `totals` have no points.
        rows: One row per `customer_key`: the facts behind the points, each part's points (`repurchase_points` …, Int64,
            tenths, null where nothing is known), `weighted` (Int64: tenths times thousandths of weight).
        weights: Part → weight in thousandths; 0 where the shop knows nothing of it.
        known: Those parts, and pieces of reachability, of which anything is known.
        notes: What is not known.
    """

    found: Customers
    rows: pl.DataFrame
    weights: Mapping[str, int]
    known: tuple[str, ...]
    notes: tuple[Note, ...]


def parts_of(basis: Basis, *, weights: KeyWeights, influencers: Collection[int], told: Told) -> Parts:
    """The points of everyone with a purchase. A part without weight is told all the same where it is cheap to know.

    Args:
        basis: The orders used.
        weights: How much each part counts.
        influencers: Customers with a tag of influence.
        told: The shop's time zone, and how it is read who brought whom.

    Raises:
        CusttierError: `no-key-parts` when the shop knows nothing of the parts with a weight, and those of
            `customers_of`.
    """
    since_day = basis.as_of_day - YEAR_DAYS + 1
    rhythm = run_rhythm(basis.ledger, as_of_day=basis.as_of_day, with_gaps=False, since_day=since_day)
    found = customers_of(basis, rhythm.customers)
    totals = with_usual_gap(found.totals).with_columns(
        (basis.as_of_day - pl.col("last_day")).cast(pl.Int64).alias("recency_days"),
        pl.col("customer_key").is_in(pl.Series(sorted(influencers), dtype=pl.Int64).implode()).alias("is_influencer"),
    )
    margins = margins_of(basis, since_day=since_day)
    reached = with_reach(with_value(_with_worth(totals, margins)), basis=basis, zone=told.zone)
    referrals = with_referrals(reached.rows, basis=basis, told=told)
    rows = with_baskets(referrals.rows, basis=basis, orders=shown_orders(basis))
    known_counts = [name for name in ("product_count", "receiver_count") if rows.get_column(name).count()]
    rows = rows.with_columns(
        repurchase_points().alias("repurchase_points"),
        influence_points(known_counts).alias("influence_points"),
        referral_points().alias("referral_points"),
        reachability_points(reached.known).alias("reachability_points"),
    )
    known = [part for part in PARTS if rows.get_column(f"{part}_points").count()]
    counted = {part: weight if part in known else 0 for part, weight in weights.thousandths.items()}
    if not any(counted.values()):
        raise nothing_error(
            "no-key-parts",
            "nothing is known here of the parts that have a weight, so nobody can be picked by them",
            hint="give another part a weight under [key_weights] in the settings",
        )
    notes = [*_on_margins(margins)]
    notes += [Note(code) for part, code in NO_PART.items() if part not in known and weights.thousandths[part]]
    if weights.thousandths["reachability"]:
        notes += [Note(f"no_key_{name}") for name in ("is_contact", "answers") if name not in reached.known]
    if referrals.unknown:
        notes.append(Note("key_unknown_referrers", {"texts": referrals.unknown}))
    # what is not known is no reason to pick somebody
    summed = pl.sum_horizontal(pl.col(f"{part}_points").fill_null(0) * weight for part, weight in counted.items())
    return Parts(
        found, rows.with_columns(summed.cast(pl.Int64).alias("weighted")), counted, (*known, *reached.known), (*notes,)
    )


def _with_worth(totals: pl.DataFrame, margins: Margins) -> pl.DataFrame:
    """`totals` with `window_margin` (null where margins do not count) and `worth`, by which value is judged."""
    if margins.rows is None:
        nothing = pl.lit(None, dtype=pl.Int64).alias("window_margin")
        return totals.with_columns(nothing, pl.col("window_sales").alias("worth"))
    margin = pl.col("window_margin").fill_null(0)
    return totals.join(margins.rows, on="customer_key", how="left", maintain_order="left").with_columns(
        margin, pl.max_horizontal(margin, pl.lit(0, dtype=pl.Int64)).alias("worth")
    )


def _on_margins(margins: Margins) -> list[Note]:
    if margins.known_share is None:
        return []
    return [Note("key_few_costs" if margins.rows is None else "key_margins", {"share": margins.known_share})]
