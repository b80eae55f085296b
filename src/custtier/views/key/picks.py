"""Who is picked: so many by points, who was picked before held by a margin, some by hand; and who came and went."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import polars as pl

from custtier.facts import Facts

THOUSANDTHS: Final = 1000
_ORDER: Final = ("is_always", "held", "is_kept", "net_sales", "customer_id")
_DESCENDING: Final = [True, True, True, True, False]


@dataclass(frozen=True)
class Hands:
    """Who is in or out whatever their points.

    Args:
        always: Customers who are always picked.
        never: Customers who are never picked; they stand before `always`.
        kept: Customers of the last list kept.
        margin_thousandths: By how much of theirs somebody else's points must be higher to take the place of one of
            them; 0 holds nobody.
    """

    always: Collection[int] = ()
    never: Collection[int] = ()
    kept: Collection[int] = ()
    margin_thousandths: int = 0


@dataclass(frozen=True)
class Picks:
    """Who is picked.

    Args:
        rows: The picked and as many of the next best, most points first: the columns of the customers, `customer_id`,
            `is_picked`, `is_kept`, `is_always`.
        tied: How many more have the points of the last one picked, and stand behind by net sales or id alone.
        swaps: See `_swaps`.
    """

    rows: pl.DataFrame
    tied: int
    swaps: pl.DataFrame


def picked(customers: pl.DataFrame, *, count: int, hands: Hands, facts: Facts) -> Picks:
    """The `count` customers with most points, and those after them.

    A pick is as many as somebody has time for: exactly `count`. Of equal points the larger net sales decide, then the
    smaller `customer_id`. Who was picked before counts with their points raised by the margin, so stays unless somebody
    else has more than that.

    Args:
        customers: One row per `customer_key`: `weighted` (Int64, weighted points), `net_sales`.
        count: How many, at least 1.
        hands: Who is in or out by hand, or held.
        facts: Knows the customers' ids.
    """
    marked = _marked(customers, hands)
    allowed = marked.filter(~pl.col("is_never"))
    # besides those by hand and those held, nobody behind the first so many can be shown
    special = allowed.filter(pl.col("is_always") | pl.col("was_kept"))
    others = allowed.filter(~(pl.col("is_always") | pl.col("was_kept")))
    near = _first(others, count=2 * count + special.height)
    ids = facts.customers.select("customer_key", "customer_id")
    behind = marked.filter(pl.col("is_never") & pl.col("was_kept"))
    named = (
        pl.concat([special, near, behind])
        .lazy()
        .join(ids, on="customer_key", how="left")
        .sort(_ORDER, descending=_DESCENDING)
        .collect()
    )
    ranked = named.filter(~pl.col("is_never"))
    taken = ranked.head(count).get_column("customer_key")
    named = named.with_columns(pl.col("customer_key").is_in(taken.implode()).alias("is_picked"))
    shown = named.filter(~pl.col("is_never")).sort(
        "weighted", "net_sales", "customer_id", descending=[True, True, False]
    )
    rows = pl.concat([shown.filter("is_picked"), shown.filter(~pl.col("is_picked")).head(count)])
    return Picks(rows, _tied(allowed, ranked, count=count), _swaps(named, hands))


def _marked(customers: pl.DataFrame, hands: Hands) -> pl.DataFrame:
    """`customers` with what is said of each by hand, and the points that they count with."""
    is_never, was_kept = _among(hands.never), _among(hands.kept)
    return customers.with_columns(
        is_never.alias("is_never"),
        (_among(hands.always) & ~is_never).alias("is_always"),
        was_kept.alias("was_kept"),
        (was_kept if hands.margin_thousandths else pl.lit(value=False)).alias("is_kept"),
    ).with_columns(
        (pl.col("weighted") * pl.when("is_kept").then(THOUSANDTHS + hands.margin_thousandths).otherwise(THOUSANDTHS))
        .alias("held")
    )  # fmt: skip


def _among(keys: Collection[int]) -> pl.Expr:
    return pl.col("customer_key").is_in(pl.Series(sorted(keys), dtype=pl.Int64).implode())


def _first(others: pl.DataFrame, *, count: int) -> pl.DataFrame:
    """The first `count` by points, then net sales, and all who tie with the last of them."""
    if others.height <= count:
        return others
    last = others.select("weighted", "net_sales").top_k(count, by=["weighted", "net_sales"])
    weighted = last["weighted"].min()
    sales = last.filter(pl.col("weighted") == weighted)["net_sales"].min()
    points = pl.col("weighted")
    return others.filter((points > weighted) | ((points == weighted) & (pl.col("net_sales") >= sales)))


def _tied(allowed: pl.DataFrame, ranked: pl.DataFrame, *, count: int) -> int:
    """How many are not picked although they count with as many points as the last one picked by points."""
    by_points = ranked.head(count).filter(~pl.col("is_always"))
    if by_points.is_empty() or ranked.height <= count:
        return 0
    lowest = by_points["held"].min()
    equal = allowed.filter(~pl.col("is_always") & (pl.col("held") == lowest)).height
    return equal - by_points.filter(pl.col("held") == lowest).height


def _swaps(named: pl.DataFrame, hands: Hands) -> pl.DataFrame:
    """Who came and went since the last list kept: `customer_key`, `customer_id`, `weighted`, `swap`, `swap_cause`.

    `swap` is `in` or `out`. `swap_cause` of who came: `by_hand`, `higher` than one who went by more than the margin, or
    `free_place`. Of who went: `by_hand`, `no_purchase` any more among the orders used, `outscored` by one who came, or
    `fewer_places`.
    """
    came = named.filter(pl.col("is_picked") & ~pl.col("was_kept"))
    went = named.filter(~pl.col("is_picked") & pl.col("was_kept"))
    columns = ["customer_key", "customer_id", "weighted", "swap", "swap_cause"]
    if not hands.kept:
        return named.clear().with_columns(swap=pl.lit("in"), swap_cause=pl.lit("")).select(columns)
    raised = went.filter(~pl.col("is_never"))["held"].min()
    best = came.filter(~pl.col("is_always"))["held"].max()
    beats = pl.lit(value=False) if raised is None else pl.col("held") >= raised
    beaten = pl.lit(value=False) if best is None else pl.col("held") <= best
    here = named["customer_key"]
    gone = pl.DataFrame(
        {"customer_key": sorted(set(hands.kept) - set(here.to_list()))}, schema={"customer_key": pl.Int64}
    )
    return pl.concat(
        [
            came.with_columns(
                swap=pl.lit("in"),
                swap_cause=pl.when("is_always").then(pl.lit("by_hand"))
                .when(beats).then(pl.lit("higher")).otherwise(pl.lit("free_place")),
            ).select(columns),
            went.with_columns(
                swap=pl.lit("out"),
                swap_cause=pl.when("is_never").then(pl.lit("by_hand"))
                .when(beaten).then(pl.lit("outscored")).otherwise(pl.lit("fewer_places")),
            ).select(columns),
            gone.with_columns(
                customer_id=pl.lit(None, dtype=pl.String),
                weighted=pl.lit(None, dtype=pl.Int64),
                swap=pl.lit("out"),
                swap_cause=pl.lit("no_purchase"),
            ).select(columns),
        ]
    )  # fmt: skip
