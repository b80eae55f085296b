"""When customers will buy a product again, or something of its category: by how soon others did."""

from collections.abc import Iterable
from datetime import date
from typing import Final

import numpy as np
import polars as pl

from custtier.errors import nothing_error
from custtier.facts import Facts, Note
from custtier.metrics.scope import Scope
from custtier.metrics.waits import waits
from custtier.models.rhythm import FEWEST_RETURNS, Rhythm, rhythm_of
from custtier.models.windows import shortest_windows
from custtier.periods import day_number, day_of
from custtier.views.basis import Basis, basis_of, customers_of, totals_in
from custtier.views.columns.items import bought_items
from custtier.views.next.forecasts import waits_of
from custtier.views.next.reasons import reason_text
from custtier.views.next.standing import too_sure, until_notes
from custtier.views.people import with_people
from custtier.views.view import View

PRODUCT, CATEGORY = "product", "category"
KINDS: Final = (PRODUCT, CATEGORY)

_COLUMNS: Final = (
    "last_order_on",
    "recency_days",
    "purchase_days",
    "usual_gap_days",
    "product_gap_days",
    "next_from",
    "next_to",
    "confidence",
    "due_chance",
    "reason",
    "platforms",
)
_AT_ONCE: Final = 20_000


def next_products(
    facts: Facts,
    *,
    by: str,
    as_of: date | None,
    scope: Scope | None,
    days: int,
    horizon: int,
    everyone: bool,
    lang: str,
    rows: int | None,
) -> View:
    """Customers who are due to buy a product again, the likeliest first.

    Each product has a rhythm of its own, made of the days on which the same customers bought it again; those bought
    again fewer than `FEWEST_RETURNS` times have none.

    Args:
        facts: Orders, items, refunds and customers.
        by: `product`, or `category`.
        as_of: See `next_purchases`.
        scope: See there.
        days: See there.
        horizon: See there.
        everyone: List those who are not due too, of products that have a rhythm.
        lang: Language of `reason`.
        rows: How many rows of `customers` will be shown; None for all.

    Returns:
        Tables `customers`, one row per customer and product, and `products`, one row per product with a rhythm.

    Raises:
        CusttierError: `no-items` where no order shows what was bought; those of `basis_of` and `customers_of`.
    """
    basis = basis_of(facts, scope=scope or Scope(), as_of=as_of)
    found = customers_of(basis, totals_in(basis))
    end_day = _end_day(basis)
    lying, names = _goods_waits(basis, by=by, end_day=end_day)
    if lying.is_empty():
        raise nothing_error(
            "no-items",
            "no purchase up to {as_of} shows what was bought: {kind} is known of none",
            hint="import an export with items, such as one row per product, or leave out --by",
            as_of=basis.as_of,
            kind=by,
        )
    told = _told(lying, days=days, horizon=horizon)
    tried = _tried(basis, lying, by=by, days=days, horizon=horizon)
    cycles = _cycles(lying, tried).join(names, on="goods", how="left").sort(["returns", by], descending=[True, False])
    dated = told.filter(pl.col("first") > 0)
    due = dated.filter(pl.col("first") <= days)
    first_days = lying.group_by("goods", "customer_key").agg(pl.col("order_day").min().alias("first_day"))
    listed = (
        (told if everyone else due)
        .join(cycles.select("goods", by, "product_gap_days"), on="goods")
        .join(first_days, on=["goods", "customer_key"], how="left")
    )
    goods = lying.get_column("goods").n_unique()
    windows, hits = tried.height, int(tried.get_column("hit").sum())
    return View(
        command="next",
        parameters={"by": by, "days": days, "horizon": horizon, "all": everyone},
        summary={
            "customers": lying.get_column("customer_key").n_unique(),
            "rhythm_products": cycles.height,
            "due": due.height,
            "dated": dated.height,
            "undated": told.height - dated.height,
            "days": days,
            "horizon": horizon,
            "windows": windows or None,
            "hits": hits if windows else None,
            "hit_rate": hits / windows if windows else None,
            "stated_chance": tried.get_column("confidence").mean(),
            **found.unattributed,
        },
        tables={
            "customers": _table(listed, by=by, end_day=end_day, facts=facts, horizon=horizon, lang=lang, rows=rows),
            "products": cycles.select(
                by, "product_buyers", "returns", "product_gap_days", "windows", "hits", "hit_rate"
            ),
        },
        heights={"customers": listed.height},
        notes=(
            *found.notes,
            *until_notes(end_day, as_of_day=basis.as_of_day),
            *_notes(cycles.height, goods, tried, horizon=horizon),
        ),
        as_of=basis.as_of,
        data_through=facts.extent.data_through,
        currency=basis.currency,
    )


def _end_day(basis: Basis) -> int:
    until = basis.scope.until
    return min(basis.as_of_day, day_number(until)) if until else basis.as_of_day


def _goods_waits(basis: Basis, *, by: str, end_day: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The waits of each customer for each product, sorted by these, and what the products are called."""
    key = pl.coalesce("product_id", "product") if by == PRODUCT else pl.col("category")
    title = pl.coalesce("product", "product_id") if by == PRODUCT else pl.col("category")
    bought = (
        bought_items(basis, "product_id", "product", "category")
        .select(key.alias("goods"), title.alias(by), "customer_key", "order_day")
        .filter(pl.col("goods").is_not_null())
        .collect(engine="streaming")
    )
    # a product that was renamed has the name of its last purchase
    names = bought.sort("order_day", by).unique("goods", keep="last", maintain_order=True).select("goods", by)
    days = bought.lazy().select("goods", "customer_key", "order_day").sort("goods", "customer_key", "order_day")
    return waits(days, keys=("goods", "customer_key"), end_day=end_day).collect(), names


def _told(lying: pl.DataFrame, *, days: int, horizon: int) -> pl.DataFrame:
    """The window of each customer and product with a rhythm: who waits now, `first` and `last` 0 without a window."""
    parts = [_told_of(part, rhythm, days=days, horizon=horizon) for part, rhythm in _with_rhythm(lying)]
    if parts:
        return pl.concat(parts)
    columns = dict.fromkeys(("due_chance", "horizon_chance", "reckoned_days", "confidence"), pl.Float64)
    return lying.clear().with_columns(
        *(pl.lit(None, dtype).alias(name) for name, dtype in columns.items()),
        pl.lit(0, pl.Int64).alias("first"),
        pl.lit(0, pl.Int64).alias("last"),
    )


def _with_rhythm(lying: pl.DataFrame) -> Iterable[tuple[pl.DataFrame, Rhythm]]:
    enough = lying.group_by("goods").agg(pl.col("has_ended").sum().alias("returns"))
    goods = enough.filter(pl.col("returns") >= FEWEST_RETURNS).get_column("goods").implode()
    kept = lying.filter(pl.col("goods").is_in(goods))
    for part in kept.partition_by("goods", maintain_order=True):
        rhythm = rhythm_of(waits_of(part))
        if rhythm is not None:
            yield part, rhythm


def _told_of(part: pl.DataFrame, rhythm: Rhythm, *, days: int, horizon: int) -> pl.DataFrame:
    open_ones = part.filter(~pl.col("has_ended"))
    now = waits_of(open_ones)
    soon = rhythm.chances(now, [days, horizon])
    size = open_ones.height
    first, last, chance = np.zeros(size, np.int64), np.zeros(size, np.int64), np.zeros(size)
    likely = np.flatnonzero(soon[:, 1] >= 0.5)
    for begin in range(0, len(likely), _AT_ONCE):
        rows = likely[begin : begin + _AT_ONCE]
        found = shortest_windows(rhythm.chances(now.where(rows), range(1, horizon + 1)))
        first[rows], last[rows], chance[rows] = found.first, found.last, found.chance
    return open_ones.with_columns(
        pl.Series("due_chance", soon[:, 0]).fill_nan(None),
        pl.Series("horizon_chance", soon[:, 1]).fill_nan(None),
        pl.Series("reckoned_days", rhythm.usual.gap_days(now)),
        pl.Series("confidence", chance),
        pl.Series("first", first),
        pl.Series("last", last),
    )


def _tried(basis: Basis, lying: pl.DataFrame, *, by: str, days: int, horizon: int) -> pl.DataFrame:
    """The windows that would have been told `horizon` days ago: `goods`, `confidence`, and whether each was a `hit`."""
    origin = _end_day(basis) - horizon
    since = basis.scope.since
    nothing = pl.DataFrame(schema={"goods": pl.String, "confidence": pl.Float64, "hit": pl.Boolean})
    earliest = lying.get_column("order_day").min()
    if not isinstance(earliest, int) or origin < earliest or (since and origin < day_number(since)):
        return nothing
    earlier = basis_of(basis.facts, scope=basis.scope, as_of=day_of(origin))
    then, _ = _goods_waits(earlier, by=by, end_day=origin)
    told = _told(then, days=days, horizon=horizon).filter(pl.col("first") > 0)
    after = lying.filter(pl.col("order_day") > origin)
    came = after.group_by("goods", "customer_key").agg((pl.col("order_day").min() - origin).alias("came"))
    joined = told.join(came, on=["goods", "customer_key"], how="left")
    hit = pl.col("came").is_between("first", "last").fill_null(value=False)
    return joined.select("goods", "confidence", hit.alias("hit"))


def _cycles(lying: pl.DataFrame, tried: pl.DataFrame) -> pl.DataFrame:
    """One row per product with a rhythm: its buyers, how often one came back for it and after how many days."""
    gap = pl.col("days").filter("has_ended")
    found = (
        lying.group_by("goods")
        .agg(
            pl.col("customer_key").n_unique().cast(pl.Int64).alias("product_buyers"),
            pl.col("has_ended").sum().cast(pl.Int64).alias("returns"),
            gap.median().alias("product_gap_days"),
        )
        .filter(pl.col("returns") >= FEWEST_RETURNS)
    )
    hits = tried.group_by("goods").agg(
        pl.len().cast(pl.Int64).alias("windows"),
        pl.col("hit").sum().cast(pl.Int64).alias("hits"),
        pl.col("hit").mean().alias("hit_rate"),
    )
    return found.join(hits, on="goods", how="left")


def _notes(told: int, goods: int, tried: pl.DataFrame, *, horizon: int) -> list[Note]:
    notes = []
    if told < goods:
        notes.append(Note("next_goods_without", {"without": goods - told, "needed": FEWEST_RETURNS}))
    if tried.is_empty():
        return [*notes, Note("next_unchecked", {"horizon": horizon})] if told else notes
    hits, windows = int(tried.get_column("hit").sum()), tried.height
    stated = float(tried.get_column("confidence").to_numpy().mean())
    said: dict[str, object] = {"windows": windows, "hits": hits, "share": hits / windows, "stated": stated}
    notes.append(Note("next_goods_hits", {**said, "horizon": horizon}))
    if too_sure(hits, windows, stated=stated):
        notes.append(Note("next_too_sure", {"share": hits / windows, "stated": stated}))
    return notes


def _table(
    listed: pl.DataFrame, *, by: str, end_day: int, facts: Facts, horizon: int, lang: str, rows: int | None
) -> pl.DataFrame:
    """The table `customers`, the likeliest first."""
    is_dated = pl.col("first") > 0
    begin = pl.lit(day_of(end_day))
    shown = listed.with_columns(pl.col("due_chance").fill_null(-1.0).alias("likely_first"))
    return (
        with_people(shown, facts=facts, largest_first="likely_first", rows=rows)
        .sort("likely_first", "customer_id", by, descending=[True, False, False])
        .head(listed.height if rows is None else rows)
        .with_columns(
            pl.from_epoch("order_day", time_unit="d").alias("last_order_on"),
            pl.col("days").cast(pl.Int32).alias("recency_days"),
            (pl.col("earlier") + 1).alias("purchase_days"),
            pl.when(pl.col("earlier") > 0)
            .then((pl.col("order_day") - pl.col("first_day")) / pl.col("earlier"))
            .alias("usual_gap_days"),
            pl.when(is_dated).then(begin + pl.duration(days="first")).cast(pl.Date).alias("next_from"),
            pl.when(is_dated).then(begin + pl.duration(days="last")).cast(pl.Date).alias("next_to"),
            pl.when(is_dated).then("confidence").alias("confidence"),
        )
        .with_columns(reason_text(horizon=horizon, lang=lang).alias("reason"))
        .select("customer_id", "name", "phone", by, *_COLUMNS)
    )
