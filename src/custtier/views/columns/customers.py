"""What is known of every customer, by name: only the columns that are asked for, each read once."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

import polars as pl

from custtier.customer_fields import FIELDS, Family
from custtier.grading import UNKNOWN
from custtier.metrics.runs import run_rhythm
from custtier.settings import Settings
from custtier.views.basis import Basis, totals_in
from custtier.views.churn.levels import FIXED, level_codes, levels_of
from custtier.views.churn.usual_gap import with_usual_gap
from custtier.views.columns.items import item_columns, price_columns
from custtier.views.columns.orders import order_columns
from custtier.views.columns.people import contact_columns, people_columns, place_columns
from custtier.views.columns.referrals import referral_columns
from custtier.views.referrals.statements import Told
from custtier.views.rfm.cuts import OFTEN_ORDERS, no_scores, ranked_cuts
from custtier.views.rfm.segments import eight_classes
from custtier.views.shares import divided
from custtier.views.tiers.standing import TierRules, told_tiers

LAPSED_DAYS: Final = 90
"""Days from which `churn` alone takes a customer for lapsed."""

Reader = Callable[[Basis, Settings, Told], pl.DataFrame]
"""Gives the columns of a family, one row per `customer_key`; a customer of whom nothing is known may be left out."""

_READERS: Final[Mapping[Family, Reader]] = {
    Family.ORDERS: lambda basis, settings, _: order_columns(basis, levels=_levels(settings)),
    Family.ITEMS: lambda basis, *_: item_columns(basis),
    Family.PRICES: lambda basis, *_: price_columns(basis),
    Family.PLACES: lambda basis, *_: place_columns(basis),
    Family.CONTACTS: lambda basis, settings, _: contact_columns(basis, zone=settings.zone),
    Family.REFERRALS: lambda basis, _, told: referral_columns(basis, told),
    Family.PEOPLE: lambda basis, *_: people_columns(basis),
    Family.LEADS: lambda basis, settings, _: _leads(basis, settings),
}


def customer_columns(
    basis: Basis,
    names: Iterable[str],
    *,
    settings: Settings | None = None,
    rules: TierRules | None = None,
    others: pl.Series | None = None,
    given: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """One row per customer with a purchase, and per other who is named, with what is asked of them.

    What each column means, its kind and its unit stand in `customer_fields.FIELDS` and in the definitions. Nothing is
    read for a column that is not asked for; items, addresses and contacts are read only for columns of theirs.

    Args:
        basis: The orders used, and the day observed.
        names: Some of `FIELDS`.
        settings: Where tiers and warning levels begin, and the shop's zone; the defaults when not given.
        rules: By what tiers are told; those of the settings, and nobody held, when not given.
        others: Keys of people who may never have bought; of them only what comes from no order is known.
        given: Tags by hand or by a file, which may say who brought a customer: `customer_key`, `tag`, `noted_on`.

    Returns:
        `customer_key`, sorted by it, then the names in their order, each once. Amounts are Int64 minor units, days
        Dates, codes and texts String, lists of texts `List(String)`. Null where nothing is
        known; flags and lists never are.
    """
    asked = list(dict.fromkeys(names))
    settings = settings or Settings()
    families = {FIELDS[name].family for name in asked}
    rules = rules or TierRules(settings.tier_cuts)
    told = Told(settings.zone, settings.referrals, None if given is None else given.lazy())
    table = _totals(basis, settings, families, rules=rules)
    if others is not None:
        never = others.unique().to_frame("customer_key").join(table, on="customer_key", how="anti")
        table = pl.concat([table, never], how="diagonal")
    table = table.sort("customer_key")
    for family, read in _READERS.items():
        if family in families:
            wanted = [name for name in asked if FIELDS[name].family is family]
            found = read(basis, settings, told).select("customer_key", *wanted)
            table = table.join(found, on="customer_key", how="left", maintain_order="left")
    return table.select("customer_key", *(_filled(name) for name in asked))


def _leads(basis: Basis, settings: Settings) -> pl.DataFrame:
    """The family `leads`: `grade` of every contact, `unknown` where no letter can be told."""
    from custtier.views.leads.leads import leads_of

    people = leads_of(basis, zone=settings.zone, cuts=settings.grades).people
    keyed = people.filter(pl.col("customer_key").is_not_null())
    return keyed.select("customer_key", pl.col("grade").fill_null(UNKNOWN))


def _filled(name: str) -> pl.Expr:
    """Of whom no contact and no tag is known, there is none; of whom no item is known, nothing is known of items."""
    empty: Mapping[str, pl.Expr] = {
        "is_contact": pl.lit(value=False),
        "is_referred": pl.lit(value=False),
        "tags": pl.lit(pl.Series([[]], dtype=pl.List(pl.String))).first(),
    }
    return pl.col(name).fill_null(empty[name]) if name in empty else pl.col(name)


def _totals(basis: Basis, settings: Settings, families: set[Family], *, rules: TierRules) -> pl.DataFrame:
    """The families that come from orders, sales and days alone."""
    if Family.RHYTHM in families:
        everyone = run_rhythm(basis.ledger, as_of_day=basis.as_of_day, with_gaps=False).customers
    else:
        everyone = totals_in(basis)
    table = everyone.filter(pl.col("customer_key").is_not_null()).with_columns(
        # halves up, as amounts are rounded everywhere
        ((pl.col("net_sales") * 2 + pl.col("order_count")) // (pl.col("order_count") * 2)).alias("average_order"),
        pl.col("first_day").cast(pl.Date).alias("first_order_on"),
        pl.col("last_day").cast(pl.Date).alias("last_order_on"),
        (basis.as_of_day - pl.col("last_day")).cast(pl.Int64).alias("recency_days"),
        (basis.as_of_day - pl.col("first_day")).cast(pl.Int64).alias("days_since_first"),
    )
    if Family.RHYTHM in families:
        table = _with_rhythm(table, settings)
    if Family.RANKS in families:
        table = _with_ranks(table, rules, basis=basis)
    return table


def _with_rhythm(table: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    levels = levels_of(FIXED, days=LAPSED_DAYS, settings=settings.churn_levels, gaps=None)
    return with_usual_gap(table).with_columns(
        level_codes(levels).cast(pl.String).alias("churn_level"),
        divided(pl.col("gap_days"), pl.col("gap_parts")).alias("usual_gap_days"),
        divided(pl.col("recency_days") * pl.col("gap_parts"), pl.col("gap_days")).alias("overdue_ratio"),
        pl.col("last_year_sales").alias("value_at_stake"),
    )


def _with_ranks(table: pl.DataFrame, rules: TierRules, *, basis: Basis) -> pl.DataFrame:
    """The table with tiers, scores and the eight classes."""
    if table.is_empty():
        nothing = [pl.lit(None, dtype=pl.String).alias(name) for name in ("tier", "segment", "rfm")]
        return table.with_columns(*nothing, *no_scores())
    sales = table.get_column("net_sales").sort()
    told = told_tiers(table, sales.reverse(), rules=rules, as_of=basis.as_of, currency=basis.currency)
    table = table.with_columns(told.named.get_column("tier").cast(pl.String))
    cuts = ranked_cuts(table.get_column("last_day").sort(), sales)
    if cuts is None:
        nothing = [pl.lit(None, dtype=pl.String).alias(name) for name in ("segment", "rfm")]
        return table.with_columns(*nothing, *no_scores())
    segment = eight_classes(
        is_recent=pl.col("last_day") >= cuts.recent_day,
        is_frequent=pl.col("order_count") >= OFTEN_ORDERS,
        is_rich=pl.col("net_sales") >= cuts.rich_sales,
    )
    return table.with_columns(segment.cast(pl.String).alias("segment"), *cuts.expressions()).with_columns(
        (pl.col("r_score").cast(pl.Int32) * 100 + pl.col("f_score") * 10 + pl.col("m_score"))
        .cast(pl.String)
        .alias("rfm")
    )


def _levels(settings: Settings) -> tuple[int, ...]:
    """Days since the last purchase at which watch, warning and lapsed begin."""
    return levels_of(FIXED, days=LAPSED_DAYS, settings=settings.churn_levels, gaps=None).days
