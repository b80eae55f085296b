"""Who changed tier or class between two days, and why."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Final

import polars as pl

from custtier.errors import usage_error
from custtier.facts import Facts, Note
from custtier.metrics.scope import Scope
from custtier.text.titles import CLASS_COLUMN
from custtier.views.basis import basis_of
from custtier.views.moves.causes import AGEING, CAUSES, DATA_CHANGED, cause_table, causes_of
from custtier.views.moves.classes import Classes, check_classes
from custtier.views.moves.compared import compared
from custtier.views.people import with_people
from custtier.views.view import View

COLUMNS: Final = (
    "customer_id",
    "name",
    "phone",
    "moved_from",
    "moved_to",
    "direction",
    "cause",
    "cause_share",
    "order_count_then",
    "order_count",
    "net_sales_then",
    "net_sales",
    "last_order_on_then",
    "last_order_on",
)
"""Columns of the table `customers`; all are guaranteed."""

NO_PURCHASE: Final = "no_purchase"
"""Where people are on a day on which they are no customers."""

NEW, GONE, RISEN, FALLEN, CHANGED = DIRECTIONS = ("new", "gone", "risen", "fallen", "changed")
"""Ways to move; where no class is better than another nobody rises or falls, they change."""


def moves(
    facts: Facts,
    *,
    first: date,
    second: date | None = None,
    scope: Scope | None = None,
    classes: Classes | None = None,
    everyone: bool = False,
    facts_then: Facts | None = None,
    rows: int | None = None,
) -> View:
    """Who is in another tier or class on the second day than on the first, and what has made the difference.

    Both days are seen by what is known now, unless `facts_then` is given. Each mover has one main cause
    (`moves.causes.causes_of`), so that the causes add up to all moves.

    Args:
        facts: Orders, refunds and customers.
        first: The day compared with.
        second: The day observed; None for the last day known.
        scope: Which orders are used.
        classes: By what customers are told apart; tiers when not given.
        everyone: List those too who did not move.
        facts_then: What was known when the first day was looked at.
        rows: How many rows of the first table will be shown; None for all.

    Returns:
        Tables `customers` (`COLUMNS`; first those whose larger net sales of the two days are most), `matrix` (a row for
        each tier or class of the first day and `no_purchase`, how many of its customers are where on the second),
        `pairs` (the same with net sales, one row a pair) and `causes` (`moves.causes.cause_table`).

    Raises:
        CusttierError: `moves-backwards`, those of `check_classes`, `basis_of` and `moves.compared.compared`.
    """
    classes = classes or Classes()
    check_classes(classes)
    basis = basis_of(facts, scope=scope or Scope(), as_of=second)
    if first > basis.as_of:
        raise usage_error(
            "moves-backwards",
            "the first day {first} lies after the second, {second}",
            hint="give the earlier day first",
            first=first,
            second=basis.as_of,
        )
    found = compared(basis, first=first, classes=classes, facts_then=facts_then)
    table = _with_direction(found.everyone, is_ordered=classes.is_ordered)
    movers = table.filter(pl.col("direction").is_not_null())
    movers = movers.hstack(causes_of(movers, between=found.between))
    stayed = table.filter(pl.col("direction").is_null()) if everyone else table.clear()
    listed = pl.concat([movers, stayed], how="diagonal") if stayed.height else movers
    places = (*classes.codes, NO_PURCHASE)
    pairs = _pairs(table, places=places)
    never = {AGEING: not classes.is_by_day, DATA_CHANGED: facts_then is None}
    causes = [one for one in CAUSES if not never.get(one)]
    return View(
        command="moves",
        parameters={"from": first.isoformat(), "to": basis.as_of.isoformat(), **classes.parameters, "all": everyone},
        summary={**_summary(table, is_ordered=classes.is_ordered), **found.found.unattributed},
        tables={
            "customers": _shown(listed, facts=_with_former(facts, facts_then), rows=rows),
            "matrix": _matrix(pairs, places=places),
            "pairs": pairs.with_columns(pl.col("moved_from", "moved_to").cast(pl.String)),
            "causes": cause_table(movers, causes=causes, is_ordered=classes.is_ordered),
        },
        heights={"customers": listed.height},
        notes=(*found.found.notes, *_remarks(classes)),
        as_of=basis.as_of,
        data_through=facts.extent.data_through,
        currency=basis.currency,
        labels={classes.by: classes.labels} if classes.labels else {},
    )


def _with_direction(everyone: pl.DataFrame, *, is_ordered: bool) -> pl.DataFrame:
    """Everyone, with `direction`; null for who stayed."""
    came_from, came_to = pl.col("code_from"), pl.col("code_to")
    kind = pl.Enum(list(DIRECTIONS))
    # the best tier stands first
    is_better = came_to.to_physical() < came_from.to_physical()
    among = (
        pl.when(is_better).then(pl.lit(RISEN, dtype=kind)).otherwise(pl.lit(FALLEN, dtype=kind))
        if is_ordered
        else pl.lit(CHANGED, dtype=kind)
    )
    direction = (
        pl.when(came_from.eq_missing(came_to))
        .then(None)
        .when(came_from.is_null())
        .then(pl.lit(NEW, dtype=kind))
        .when(came_to.is_null())
        .then(pl.lit(GONE, dtype=kind))
        .otherwise(among)
    )
    return everyone.with_columns(direction.alias("direction"))


def _summary(table: pl.DataFrame, *, is_ordered: bool) -> dict[str, object]:
    """Figures of all moves."""
    ways = dict(table.group_by("direction").len().iter_rows())
    named = {NEW: "newcomers", GONE: "leavers", **({RISEN: "risen", FALLEN: "fallen"} if is_ordered else {})}
    return {
        "customers_then": table.get_column("code_from").count(),
        "customers": table.get_column("code_to").count(),
        "movers": sum(count for way, count in ways.items() if way is not None),
        **{name: ways.get(way, 0) for way, name in named.items()},
        "net_sales_then": int(table.get_column("net_sales_then").sum()),
        "net_sales": int(table.get_column("net_sales").sum()),
    }


def _pairs(table: pl.DataFrame, *, places: Sequence[str]) -> pl.DataFrame:
    """How many went from where to where, those who stayed too; pairs of nobody are left out.

    Returns:
        `moved_from` and `moved_to` (an Enum of `places`), `customers` (Int64), `net_sales_then`, `net_sales` (Int64,
        minor units); in the order of `places`.
    """
    kind = pl.Enum(list(places))
    return (
        table.group_by("code_from", "code_to")
        .agg(pl.len().cast(pl.Int64).alias("customers"), pl.col("net_sales_then", "net_sales").sum())
        .select(
            *(
                pl.col(code).cast(pl.String).fill_null(NO_PURCHASE).cast(kind).alias(name)
                for code, name in (("code_from", "moved_from"), ("code_to", "moved_to"))
            ),
            "customers",
            "net_sales_then",
            "net_sales",
        )
        .sort("moved_from", "moved_to")
    )


def _matrix(pairs: pl.DataFrame, *, places: Sequence[str]) -> pl.DataFrame:
    """The customers of `_pairs`, a row for each place on the first day, a column for each on the second.

    Returns:
        `moved_from` (text) and for each place `segment.<code>` (Int64).
    """
    counted = (
        pl.when(pl.col("moved_to") == place).then(pl.col("customers")).otherwise(0).sum().alias(CLASS_COLUMN + place)
        for place in places
    )
    rows = pl.DataFrame({"moved_from": list(places)}, schema={"moved_from": pairs.schema["moved_from"]})
    columns = [CLASS_COLUMN + place for place in places]
    return (
        rows.join(pairs.group_by("moved_from").agg(counted), on="moved_from", how="left", maintain_order="left")
        .with_columns(pl.col(columns).fill_null(0))
        .with_columns(pl.col("moved_from").cast(pl.String))
    )


def _shown(listed: pl.DataFrame, *, facts: Facts, rows: int | None) -> pl.DataFrame:
    """The table `customers`."""
    at_stake = pl.max_horizontal("net_sales_then", "net_sales").alias("at_stake")
    return (
        with_people(listed.with_columns(at_stake), facts=facts, largest_first="at_stake", rows=rows)
        .head(listed.height if rows is None else rows)
        .with_columns(
            pl.from_epoch("last_day", time_unit="d").alias("last_order_on"),
            pl.from_epoch("last_day_then", time_unit="d").alias("last_order_on_then"),
            pl.col("code_from").cast(pl.String).fill_null(NO_PURCHASE).alias("moved_from"),
            pl.col("code_to").cast(pl.String).fill_null(NO_PURCHASE).alias("moved_to"),
            pl.col("direction", "cause").cast(pl.String),
        )
        .select(COLUMNS)
    )


def _with_former(facts: Facts, facts_then: Facts | None) -> Facts:
    """The facts with the customers whom only those of then know."""
    if facts_then is None:
        return facts
    former = facts_then.customers.join(facts.customers.select("customer_key"), on="customer_key", how="anti")
    return replace(facts, customers=pl.concat([facts.customers, former], how="diagonal_relaxed"))


def _remarks(classes: Classes) -> list[Note]:
    return [] if classes.window_days is None else [Note("two_windows", {"days": classes.window_days})]
