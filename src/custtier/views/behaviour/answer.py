"""Customers who behave alike, in groups that say what sets them apart; or that there are none."""

from collections.abc import Sequence
from datetime import date
from typing import Final

import numpy as np
import polars as pl

from custtier.errors import data_error, usage_error
from custtier.facts import Facts, Note
from custtier.metrics.scope import Scope
from custtier.models.clusters import MOST
from custtier.settings import Settings
from custtier.text import Lang
from custtier.views.basis import basis_of, customers_of, totals_in
from custtier.views.behaviour.groups import (
    LEAST_CUSTOMERS,
    PARTS,
    Group,
    Part,
    chosen_counts,
    counts_that_hold,
    groups_of,
    parts_of_customers,
)
from custtier.views.behaviour.traits import FIELDS_READ, with_products_per_order
from custtier.views.behaviour.words import Described, described
from custtier.views.columns.customers import customer_columns
from custtier.views.people import with_people
from custtier.views.shares import divided
from custtier.views.view import View

BEHAVIOUR: Final = "behaviour"
MOST_SEGMENTS: Final = MOST * len(PARTS)
EXAMPLES: Final = 3
"""Customers listed of each segment, those nearest to its middle."""

SHOWN_ROWS: Final = 100
"""Rows of a further table that are made where few rows are shown: a page shows fewer."""

FIGURES: Final = {
    "order_count": pl.col("order_count").median(),
    "average_order": pl.col("average_order").median().round().cast(pl.Int64),
    "recency_days": pl.col("recency_days").median(),
    "usual_gap_days": pl.col("usual_gap_days").median(),
    "products_per_order": pl.col("products_per_order").median(),
    "refund_share": pl.col("refund_share").mean(),
}
"""What is told of each segment: medians of its customers, of shares the mean."""

CUSTOMER_COLUMNS: Final = (
    "customer_id",
    "name",
    "phone",
    "segment",
    "segment_name",
    "fit",
    "last_order_on",
    "recency_days",
    "order_count",
    "net_sales",
    "average_order",
    "usual_gap_days",
    "products_per_order",
    "refund_share",
    "platforms",
)


def behaviour_segments(
    facts: Facts,
    *,
    as_of: date | None = None,
    scope: Scope | None = None,
    settings: Settings | None = None,
    count: int | None = None,
    seed: int = 0,
    lang: Lang = "en",
    rows: int | None = None,
) -> View:
    """Customers in groups that behave alike, each in words; no groups where there are none.

    Args:
        facts: Orders, refunds, items and customers.
        as_of: Last day observed; None for the last day known.
        scope: Which orders are used.
        settings: Where tiers and warning levels begin.
        count: So many groups; None for the number that stands out most.
        seed: Of every draw.
        lang: Language of names and descriptions.
        rows: How many rows of a table will be shown; None for all.

    Returns:
        Tables `segments` (one row each, most net sales first; none when customers fall into no groups), `examples` (the
        most typical customers of each), `customers` (`CUSTOMER_COLUMNS`, most net sales first), `trials` (what each
        number of groups shows). `fit` is 1 in the middle of a segment and 0 on the border to the next.

    Raises:
        CusttierError: `bad-count`, `too-few-customers`, and those of `basis_of` and `customers_of`.
    """
    _check_count(count)
    basis = basis_of(facts, scope=scope or Scope(), as_of=as_of)
    found = customers_of(basis, totals_in(basis))
    if found.totals.height < LEAST_CUSTOMERS:
        raise data_error(
            "too-few-customers",
            "{customers} customers are too few to fall into groups by behaviour; {least} are needed",
            hint="take more orders in, or leave out filters; `custtier rfm` sorts any number of customers by rules",
            customers=found.totals.height,
            least=LEAST_CUSTOMERS,
        )
    customers = _customers(customer_columns(basis, FIELDS_READ, settings=settings))
    parts = parts_of_customers(customers, seed=seed)
    counts = chosen_counts(parts, count=count)
    groups = groups_of(parts, counts, seed=seed) if counts else []
    told = described(groups, lang=lang, currency=basis.currency)
    placed = _placed(groups, told, customers)
    total = int(customers.get_column("net_sales").sum())
    return View(
        command="segments",
        parameters={"by": BEHAVIOUR, "count": count, "seed": seed},
        summary={
            "customers": customers.height,
            "orders": int(customers.get_column("order_count").sum()),
            "net_sales": total,
            **found.unattributed,
            "segment_count": len(groups),
            **_quality(parts, counts),
        },
        tables={
            "segments": _segments(groups, told, customers=customers.height, total=total),
            "examples": _examples(placed, facts=facts),
            "customers": _listed(placed, facts=facts, rows=rows),
            "trials": _trials(parts, counts),
        },
        heights={"customers": placed.height},
        notes=(*found.notes, *_remarks(parts, counts, count=count)),
        as_of=basis.as_of,
        data_through=facts.extent.data_through,
        currency=basis.currency,
    )


def _check_count(count: int | None) -> None:
    if count is not None and not 2 <= count <= MOST_SEGMENTS:
        raise usage_error(
            "bad-count",
            "--count was given {count}, a number from 2 to {most} is expected",
            hint="leave it out for the number of segments that stands out most",
            count=count,
            most=MOST_SEGMENTS,
        )


def _customers(columns: pl.DataFrame) -> pl.DataFrame:
    """The customers with all that is told of them; who bought on one day has no gap of their own."""
    has_gap = pl.col("purchase_days") > 1
    return with_products_per_order(columns).with_columns(pl.when(has_gap).then("usual_gap_days"))


def _placed(groups: Sequence[Group], told: Sequence[Described], customers: pl.DataFrame) -> pl.DataFrame:
    """Every customer with `segment`, `segment_name`, `place` of the segment, `distance` and `fit`; none without any."""
    if not groups:
        nothing = {"segment": pl.String, "segment_name": pl.String, "place": pl.Int64, "distance": pl.Float64}
        return customers.clear().with_columns(
            *(pl.lit(None, dtype=dtype).alias(name) for name, dtype in nothing.items()),
            pl.lit(None, dtype=pl.Float64).alias("fit"),
        )
    return pl.concat(
        group.customers.with_columns(
            pl.lit(_code(place)).alias("segment"),
            pl.lit(words.name).alias("segment_name"),
            pl.lit(place, dtype=pl.Int64).alias("place"),
            pl.Series("distance", group.distances),
            pl.Series("fit", group.fits).fill_nan(None),
        )
        for place, (group, words) in enumerate(zip(groups, told, strict=True))
    )


def _code(place: int) -> str:
    """`c1` for the segment with the most net sales, and so on."""
    return f"c{place + 1}"


def _segments(groups: Sequence[Group], told: Sequence[Described], *, customers: int, total: int) -> pl.DataFrame:
    """The table `segments`."""
    schema = {
        "segment": pl.String,
        "segment_name": pl.String,
        "description": pl.String,
        "customers": pl.Int64,
        "net_sales": pl.Int64,
    }
    rows = [
        (_code(place), words.name, words.description, len(group.members), int(sums))
        for place, (group, words) in enumerate(zip(groups, told, strict=True))
        for sums in [group.customers.get_column("net_sales").sum()]
    ]
    figures = [group.customers.select(**FIGURES) for group in groups]
    empty = pl.DataFrame(
        schema={name: pl.Int64 if name == "average_order" else pl.Float64 for name in FIGURES},
    )
    return pl.concat(
        [pl.DataFrame(rows, schema=schema, orient="row"), pl.concat([empty, *figures], how="vertical_relaxed")],
        how="horizontal",
    ).select(
        "segment",
        "segment_name",
        "description",
        "customers",
        divided(pl.col("customers"), customers).alias("share"),
        "net_sales",
        divided(pl.col("net_sales"), total).alias("sales_share"),
        *FIGURES,
    )


def _examples(placed: pl.DataFrame, *, facts: Facts) -> pl.DataFrame:
    """The customers nearest to the middle of each segment; of equally near ones those whose id comes first."""
    near = placed.filter(pl.col("distance") <= pl.col("distance").bottom_k(EXAMPLES).max().over("place"))
    keys = near.get_column("customer_key").implode()
    people = facts.customers.filter(pl.col("customer_key").is_in(keys)).select(
        "customer_key", "customer_id", "name", "phone"
    )
    return (
        near.join(people.collect(engine="streaming"), on="customer_key", how="left")
        .sort("place", "distance", "customer_id")
        .group_by("place", maintain_order=True)
        .head(EXAMPLES)
        .select(
            "segment",
            "segment_name",
            "customer_id",
            "name",
            "phone",
            "last_order_on",
            "order_count",
            "average_order",
            "usual_gap_days",
            "net_sales",
        )
    )


def _listed(placed: pl.DataFrame, *, facts: Facts, rows: int | None) -> pl.DataFrame:
    """The table `customers`; where few rows are shown it is too long to be shown, and its beginning will do."""
    made = None if rows is None else max(rows, SHOWN_ROWS)
    return (
        with_people(placed.drop("platforms"), facts=facts, largest_first="net_sales", rows=made)
        .head(placed.height if made is None else made)
        .select(CUSTOMER_COLUMNS)
    )


def _quality(parts: Sequence[Part], counts: tuple[int, ...] | None) -> dict[str, object]:
    """How clear and how stable the segments are: over the parts that are divided, weighted by their customers."""
    if counts is None:
        return {"silhouette": None, "by_chance": None, "stability": None}
    chosen = [
        (trial, part.customers.height)
        for part, count in zip(parts, counts, strict=True)
        for trial in part.tried
        if trial.count == count
    ]
    weights = [weight for _, weight in chosen]
    return {
        "silhouette": float(np.average([trial.silhouette for trial, _ in chosen], weights=weights)),
        "by_chance": float(np.average([trial.by_chance for trial, _ in chosen], weights=weights)),
        "stability": min(trial.stability for trial, _ in chosen if trial.stability is not None),
    }


def _trials(parts: Sequence[Part], counts: tuple[int, ...] | None) -> pl.DataFrame:
    """The table `trials`."""
    schema = {
        "buyers": pl.String,
        "customers": pl.Int64,
        "segment_count": pl.Int64,
        "silhouette": pl.Float64,
        "by_chance": pl.Float64,
        "deviations": pl.Float64,
        "stability": pl.Float64,
        "is_chosen": pl.Boolean,
    }
    chosen = counts or (1,) * len(parts)
    rows = [
        (
            part.code,
            part.customers.height,
            trial.count,
            trial.silhouette,
            trial.by_chance,
            trial.deviations,
            trial.stability,
            trial.count == count,
        )
        for part, count in zip(parts, chosen, strict=True)
        for trial in part.tried
    ]
    return pl.DataFrame(rows, schema=schema, orient="row")


def _remarks(parts: Sequence[Part], counts: tuple[int, ...] | None, *, count: int | None) -> list[Note]:
    """What is to be said of the segments, or of there being none."""
    notes = [
        Note(f"not_divided_{part.code}", {"customers": part.customers.height, "least": LEAST_CUSTOMERS})
        for part in parts
        if part.is_too_few
    ]
    if counts is None:
        holding = counts_that_hold(parts)
        if holding:
            # only a number that was asked for can be missing where others hold
            shown = ", ".join(str(one) for one in holding)
            return [*notes, Note("no_such_segments", {"count": count, "holding": shown})]
        return [*notes, Note("no_segments")]
    return [*notes, Note("segments_compared")]
