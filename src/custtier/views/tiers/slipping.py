"""Who is about to fall out of their tier, when or how, and what would hold them."""

from dataclasses import dataclass
from typing import Final

import polars as pl

from custtier.errors import usage_error
from custtier.facts import Facts, Note
from custtier.metrics.frames import polars_behind
from custtier.models.concentration import parts_of
from custtier.periods import day_of
from custtier.tiering import CutKind
from custtier.views.people import with_people
from custtier.views.tiers.lists import TierList
from custtier.views.tiers.near import USUAL_SHARE, Reach, average_order, parse_reach
from custtier.views.tiers.standing import Standing

AHEAD_DAYS: Final = 30

IN_WINDOW: Final = (
    "customer_id", "name", "phone", "tier", "falls_to", "falls_on", "holding_sales", "holding_orders", "net_sales",
    "order_count", "average_order", "last_order_on", "platforms",
)  # fmt: skip
"""Columns of the table `slipping` with a window."""
BY_RANK: Final = tuple("risers" if column == "falls_on" else column for column in IN_WINDOW)
"""Without one."""

_TIER_STEP: Final = 2**40
"""The better tier comes first, whatever the days or the amounts."""


@dataclass(frozen=True)
class Slipping:
    """Who is about to fall is asked.

    Args:
        ahead_days: With a window: look so many days ahead; None for 30.
        within: Without a window: how little above the bound is little, as `tiers.near.parse_reach`; None for 15 %.
    """

    ahead_days: int | None = None
    within: str | None = None

    def listed(self, state: Standing, *, facts: Facts, rows: int | None) -> TierList:
        """The table `slipping`, and how many they are.

        Raises:
            CusttierError: Those of `slipping_table`.
        """
        table, count = slipping_table(state, self, facts=facts, rows=rows)
        asked = {"slipping": True, "ahead": self.ahead_days, "within": self.within}
        notes = slipping_notes(state, self)
        return TierList({"slipping": table}, {"slipping": count}, {"slipping_customers": count}, asked, notes)


def slipping_table(state: Standing, asked: Slipping, *, facts: Facts, rows: int | None) -> tuple[pl.DataFrame, int]:
    """Everyone who is about to fall, the best tier first.

    Args:
        state: Who is in which tier.
        asked: How far to look.
        facts: Knows the customers.
        rows: How many rows will be shown; None for all.

    Returns:
        `IN_WINDOW` or `BY_RANK`, and how many there are in all.

    Raises:
        CusttierError: `slipping-needs-window`, `ahead-needs-window`, `within-with-window`, `bad-ahead`, `bad-within`,
            `bad-share`, `slipping-by-order-day`.
    """
    if state.window_days is None:
        found, columns = _pushed_out(state, asked), BY_RANK
    else:
        found, columns = _leaving(state, asked, window_days=state.window_days), IN_WINDOW
    sales, orders = pl.col("net_sales"), pl.col("order_count")
    found = found.with_columns(
        ((pl.col("holding_sales").cast(pl.Int128) * orders + sales - 1) // sales)
        .cast(pl.Int64)
        .alias("holding_orders"),
        average_order().alias("average_order"),
        (-pl.col("place") * _TIER_STEP - pl.col("later")).alias("urgency"),
    )
    table = with_people(found, facts=facts, largest_first="urgency", rows=rows)
    return (
        table.head(found.height if rows is None else rows)
        .with_columns(pl.from_epoch("last_day", time_unit="d").alias("last_order_on"), pl.col("tier").cast(pl.String))
        .select(columns),
        found.height,
    )


def slipping_notes(state: Standing, asked: Slipping) -> tuple[Note, ...]:
    """What the list takes for granted."""
    if state.window_days is None:
        return ()
    until = state.everyone.basis.as_of_day + (AHEAD_DAYS if asked.ahead_days is None else asked.ahead_days)
    return (Note("slipping_in_window", {"until": day_of(until)}),)


def _placed(state: Standing) -> pl.DataFrame:
    """The customers above the last tier, with its `place`, its `bound`, and whether they are held in it."""
    named, bounds = state.told.named, dict(enumerate(state.told.bounds))
    place = pl.col("tier").to_physical().cast(pl.Int64)
    is_held = pl.col("tier") != pl.col("tier_now") if "tier_now" in named.columns else pl.lit(value=False)
    return (
        named.with_columns(place.alias("place"), is_held.alias("is_held"))
        .filter(pl.col("place") < len(bounds))
        .with_columns(pl.col("place").replace_strict(bounds, return_dtype=pl.Int64).alias("bound"))
    )


def _leaving(state: Standing, asked: Slipping, *, window_days: int) -> pl.DataFrame:
    """Who falls when they buy nothing for some days, because their orders leave the window.

    Bounds stay those of the day observed. Orders of a day leave the window together. `falls_on` is the first day on
    which what is left is less than the bound; who is held below it already has none. With `holding_sales` bought by
    then they stay through the last of the days ahead, with one minor unit less they do not. `falls_to` is where they
    would be on that day: nowhere when nothing is left.
    """
    if asked.within is not None:
        raise usage_error(
            "within-with-window",
            "--within tells who is little above a bound, with --window the days tell who falls",
            hint="leave out --within, or say how far to look with --ahead 30d",
        )
    ahead = AHEAD_DAYS if asked.ahead_days is None else asked.ahead_days
    if ahead > window_days:
        raise usage_error(
            "bad-ahead",
            "--ahead looks {ahead} days ahead, further than the window of {window} days",
            hint="take fewer days",
            ahead=ahead,
            window=window_days,
        )
    basis = state.everyone.basis
    if basis.scope.by_refund_day:
        raise usage_error(
            "slipping-by-order-day",
            "--slipping follows orders out of the window, with their refunds; --refund-basis refund tears them apart",
            hint="leave out --refund-basis refund",
        )
    first_day = basis.as_of_day - window_days + 1
    leaving = polars_behind(basis.purchases).filter(pl.col("order_day") < first_day + ahead)
    if basis.accounts is not None:
        persons = basis.accounts.select("account_key", "customer_key")
        leaving = leaving.join(persons, on="account_key", how="left")
        leaving = leaving.with_columns(pl.coalesce("customer_key", "account_key").alias("customer_key"))
    else:
        leaving = leaving.with_columns(pl.col("account_key").alias("customer_key"))
    by_day = (
        leaving.group_by("customer_key", "order_day")
        .agg(pl.col("net_sales").sum().alias("leaves"))
        .collect(engine="streaming")
    )
    placed = _placed(state)
    days = (
        by_day.join(placed.select("customer_key", "net_sales", "bound"), on="customer_key")
        .sort("customer_key", "order_day")
        .with_columns((pl.col("net_sales") - pl.col("leaves").cum_sum().over("customer_key")).alias("left"))
    )
    is_short = pl.col("left") < pl.col("bound")
    falls = days.group_by("customer_key").agg(
        pl.col("left").min(), pl.col("order_day").filter(is_short).min().alias("short_day")
    )
    last = len(state.told.bounds)
    falls_to = pl.when(pl.col("left") > 0).then(pl.lit(state.codes[last]))
    lands: pl.Expr = falls_to.otherwise(None)
    for bound, code in reversed(list(zip(state.told.bounds, state.codes, strict=False))):
        lands = pl.when(pl.col("left") >= bound).then(pl.lit(code)).otherwise(lands)
    # what was bought on a day leaves the window as many days later as the window has
    falls_day = pl.when(~pl.col("is_held")).then(pl.col("short_day") + window_days)
    return (
        placed.join(falls, on="customer_key", how="left", maintain_order="left")
        .with_columns(pl.col("left").fill_null(pl.col("net_sales")))
        .filter(pl.col("left") < pl.col("bound"))
        .with_columns(
            falls_day.alias("falls_day"),
            pl.from_epoch(falls_day, time_unit="d").alias("falls_on"),
            lands.alias("falls_to"),
            (pl.col("bound") - pl.col("left")).alias("holding_sales"),
            (falls_day.fill_null(basis.as_of_day).cast(pl.Int64) - basis.as_of_day).alias("later"),
        )
    )


def _pushed_out(state: Standing, asked: Slipping) -> pl.DataFrame:
    """Who is little above a bound by rank: others who overtake them push them out.

    A tier that ends at a share of the customers has so many places. `risers` is how many others must come to sell more
    than a customer to push them out: with one fewer they stay. With `holding_sales` more they stay even then, because
    they tie with the next better one; with one minor unit less they do not. Null where nobody sells more: nothing
    holds the first place against whoever sells more. Who is held below a bound has 0 risers.
    """
    cuts, amounts = state.rules.cuts, state.everyone.amounts
    if cuts.kind is not CutKind.CUSTOMERS or state.rules.frozen is not None:
        raise usage_error(
            "slipping-needs-window",
            "these bounds are amounts, and sums of all days never get less: without a window nobody falls",
            hint="say which orders count, for example: custtier tiers --window 365d --slipping",
        )
    if asked.ahead_days is not None:
        raise usage_error(
            "ahead-needs-window",
            "--ahead looks at orders that leave the window, and no window was asked for",
            hint="say which orders count, for example: custtier tiers --window 365d --slipping",
        )
    currency = state.everyone.basis.currency
    reach = Reach(share=USUAL_SHARE) if asked.within is None else parse_reach(asked.within, currency=currency)
    ascending, everyone = amounts.reverse(), amounts.len()
    places = [parts_of(everyone, share) for share in cuts.shares]
    placed = _placed(state)
    sales = placed.get_column("net_sales")
    next_place = ascending.search_sorted(sales, side="right").cast(pl.Int64)
    above = pl.Series("above", everyone - next_place)
    better = ascending.gather(next_place.clip(upper_bound=everyone - 1))
    place, margin = pl.col("place"), (pl.col("net_sales") - pl.col("bound")).cast(pl.Int128)
    is_little = (margin <= reach.amount) | (margin * reach.share.denominator <= pl.col("bound") * reach.share.numerator)
    taken = place.replace_strict(dict(enumerate(places)), return_dtype=pl.Int64)
    held_lands = pl.col("tier_now").cast(pl.String) if "tier_now" in placed.columns else pl.lit(None, dtype=pl.String)
    return (
        placed.with_columns(above, better.alias("better"), taken.alias("taken"))
        # with everybody in it nobody can take a place
        .filter(is_little & (pl.col("is_held") | (pl.col("taken") < everyone)))
        .with_columns(
            pl.when("is_held").then(0).otherwise(pl.col("taken") - pl.col("above")).alias("risers"),
            pl.when("is_held")
            .then(pl.col("bound") - pl.col("net_sales"))
            .when(pl.col("above") > 0)
            .then(pl.col("better") - pl.col("net_sales"))
            .alias("holding_sales"),
            pl.when("is_held")
            .then(held_lands)
            .otherwise(place.replace_strict(_below(places, state.codes), return_dtype=pl.String))
            .alias("falls_to"),
        )
        .with_columns(pl.col("risers").cast(pl.Int64).alias("later"))
    )


def _below(places: list[int], codes: tuple[str, ...]) -> dict[int, str]:
    """Where whoever is pushed out of a tier lands: in the next that has more places, else in the last."""
    return {
        place: next((codes[lower] for lower in range(place + 1, len(places)) if places[lower] > taken), codes[-1])
        for place, taken in enumerate(places)
    }
