"""Who has another letter on the second day than on the first, and what has made the difference."""

from collections.abc import Sequence
from datetime import date
from typing import Final

import polars as pl

from custtier.grading import GRADES, UNKNOWN
from custtier.models.proportions import wilson
from custtier.periods import day_number
from custtier.text.titles import CLASS_COLUMN
from custtier.views.basis import Basis
from custtier.views.grade.answer import with_names
from custtier.views.grade.reasons import reason_text
from custtier.views.leads.leads import Leads
from custtier.views.view import View

NO_CONTACT: Final = "no_contact"
"""Where people are on a day on which they stand in no list."""

PLACES: Final = (*GRADES, UNKNOWN, NO_CONTACT)

WAYS: Final = (
    "bought",
    "warmed",
    "cooled",
    "deleted_us",
    "undone",
    "returned",
    "told",
    "untold",
    "came",
)
"""How somebody moved, in the order in which they are listed.

- `bought`: to A. `warmed`, `cooled`: to a better letter other than A, to a worse one other than E. `deleted_us`: to E.
- `undone`: from A, because what they had bought was refunded. `returned`: from E, because they were added again or
  wrote.
- `told`, `untold`: a letter that was unknown, or has become so. `came`: added since. Nobody goes: who has
  left us stays in the list, with E or as a lost buyer.
"""

COLUMNS: Final = (
    "customer_id",
    "name",
    "phone",
    "agent",
    "channel",
    "moved_from",
    "moved_to",
    "lead_move",
    "reason",
    "reason_then",
    "added_on",
    "last_incoming_on",
    "first_order_on",
    "deleted_on",
)
"""Columns of the table `contacts`."""

_FIGURES: Final = {
    "new_since": pl.col("lead_move") == "came",
    "to_a": pl.col("lead_move") == "bought",
    "b_then": pl.col("letter_then") == "B",
    "b_to_a": (pl.col("letter_then") == "B") & (pl.col("lead_move") == "bought"),
    "b_to_c": (pl.col("letter_then") == "B") & (pl.col("letter") == "C"),
    "c_then": pl.col("letter_then") == "C",
    "c_to_b": (pl.col("letter_then") == "C") & (pl.col("letter") == "B"),
    "deleted_since": pl.col("lead_move") == "deleted_us",
}
"""Figures of the summary and of each agent."""

_SHOWN: Final = ("customer_key", "contact_key", "agent", "channel", "added_on", "last_incoming_on", "first_order_on")


def lead_moves(
    basis: Basis,
    leads: Leads,
    then: Leads,
    *,
    first: date,
    letters: Sequence[str] = (),
    lang: str = "en",
    rows: int | None = None,
) -> View:
    """Everybody whose letter is another one than on the first day, and who has come since.

    Args:
        basis: The orders used, as of the second day.
        leads: The contacts asked for, as of the second day.
        then: All contacts as of the first day; only those who are asked for count.
        first: The first day.
        letters: List only who has one of these letters now; `unknown` for none.
        lang: Language of the reasons.
        rows: How many rows will be shown; None for all.

    Returns:
        Tables `contacts` (`COLUMNS`: who moved, purchases first), `matrix` (a row per letter of the first day, a column
        per letter of the second), `letter_pairs` (the same with the share of those who started there) and `by_agent`
        (the moves of each agent's list: one person may stand in several).
    """
    people = _between(leads.people, then.people)
    entries = _between(leads.entries, then.entries, by_agent=True)
    movers = people.filter(pl.col("lead_move").is_not_null())
    listed = movers.filter(pl.col("letter").is_in(list(letters))) if letters else movers
    told = _with_reasons(listed, leads, then, first=first, basis=basis, lang=lang)
    pairs = _pairs(people)
    return View(
        command="grade_moves",
        parameters={
            "moves": f"{first.isoformat()} {basis.as_of.isoformat()}",
            **({"grade": list(letters)} if letters else {}),
        },
        summary=_summary(people),
        tables={
            "contacts": _listed(told, basis=basis, rows=rows),
            "matrix": _matrix(pairs),
            "letter_pairs": pairs,
            "by_agent": _agents(entries),
        },
        heights={"contacts": listed.height},
        notes=leads.notes,
        as_of=basis.as_of,
        data_through=basis.facts.extent.data_through,
        currency=basis.currency,
    )


def _summary(people: pl.DataFrame) -> dict[str, object]:
    """How many there were and are, how many of them moved, and by which ways that one asks for."""
    counts = people.select(held.sum().cast(pl.Int64).alias(name) for name, held in _FIGURES.items())
    return {
        "contacts_then": int((people["letter_then"] != NO_CONTACT).sum()),
        "contacts": people.height,
        "movers": int((people["lead_move"].is_not_null() & (people["lead_move"] != "came")).sum()),
        **counts.row(0, named=True),
    }


def _persons(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with `person`: who it is, or which entry where it shows no key."""
    return rows.with_columns(pl.coalesce("customer_key", "contact_key").alias("person"))


def _between(now: pl.DataFrame, then: pl.DataFrame, *, by_agent: bool = False) -> pl.DataFrame:
    """Everybody of the second day: `person`, `letter`, `letter_then`, `lead_move` (null: none), and what is shown.

    Args:
        now: Leads of the second day.
        then: Those of the first.
        by_agent: Whether a person counts once in each agent's list.
    """
    keys = ["person", "agent"] if by_agent else ["person"]
    one = _persons(then).select(*keys, pl.col("grade").fill_null(UNKNOWN).alias("letter_then"))
    two = _persons(now).select(
        *dict.fromkeys((*keys, *_SHOWN, "deleted_on")), pl.col("grade").fill_null(UNKNOWN).alias("letter")
    )
    both = two.join(one, on=keys, how="left", nulls_equal=True, maintain_order="left").with_columns(
        pl.col("letter_then").fill_null(NO_CONTACT)
    )
    return both.with_columns(_way().cast(pl.Enum(list(WAYS))).alias("lead_move"))


def _with_reasons(
    listed: pl.DataFrame, leads: Leads, then: Leads, *, first: date, basis: Basis, lang: str
) -> pl.DataFrame:
    """Those who are listed, with the reasons of both days."""
    days = {"reason": (leads, basis.as_of_day), "reason_then": (then, day_number(first))}
    for name, (found, day) in days.items():
        theirs = _persons(found.people).join(listed.select("person"), on="person", how="semi")
        told = theirs.select("person", reason_text(as_of_day=day, lang=lang).alias(name))
        listed = listed.join(told, on="person", how="left", maintain_order="left")
    return listed


def _way() -> pl.Expr:
    """How somebody moved; null for who has stayed."""
    came_from, is_now = pl.col("letter_then"), pl.col("letter")
    place = {code: number for number, code in enumerate(GRADES)}
    rank_then, rank = (one.replace_strict(place, default=None, return_dtype=pl.Int8) for one in (came_from, is_now))
    return (
        pl.when(came_from == is_now)
        .then(None)
        .when(came_from == NO_CONTACT)
        .then(pl.lit("came"))
        .when(is_now == "A")
        .then(pl.lit("bought"))
        .when(is_now == "E")
        .then(pl.lit("deleted_us"))
        .when(came_from == "A")
        .then(pl.lit("undone"))
        .when(came_from == UNKNOWN)
        .then(pl.lit("told"))
        .when(is_now == UNKNOWN)
        .then(pl.lit("untold"))
        .when(came_from == "E")
        .then(pl.lit("returned"))
        .when(rank < rank_then)
        .then(pl.lit("warmed"))
        .otherwise(pl.lit("cooled"))
    )


def _listed(listed: pl.DataFrame, *, basis: Basis, rows: int | None) -> pl.DataFrame:
    """The table `contacts`: by the way of the move, from the better letter on, the latest first."""
    from_place = pl.col("letter_then").replace_strict({code: n for n, code in enumerate(PLACES)}, return_dtype=pl.Int8)
    latest = pl.max_horizontal("first_order_on", "last_incoming_on", "deleted_on", "added_on")
    table = (
        with_names(listed, facts=basis.facts)
        .with_columns(from_place.alias("from_place"), latest.alias("latest_on"))
        .sort(
            "lead_move",
            "from_place",
            "latest_on",
            "customer_id",
            "name",
            "contact_key",
            descending=[False, False, True, False, False, False],
            nulls_last=True,
        )
        .with_columns(
            pl.col("letter_then").alias("moved_from"),
            pl.col("letter").alias("moved_to"),
            pl.col("lead_move").cast(pl.String),
        )
    )
    return table.select(COLUMNS).head(table.height if rows is None else rows)


def _pairs(people: pl.DataFrame) -> pl.DataFrame:
    """From and to: `moved_from`, `moved_to`, `contacts`, and `share` of those who started there with its range."""
    places = pl.Enum(list(PLACES))
    counted = (
        people.group_by("letter_then", "letter")
        .agg(pl.len().cast(pl.Int64).alias("contacts"))
        .with_columns(pl.col("letter_then", "letter").cast(places))
        .sort("letter_then", "letter")
        .with_columns(pl.col("contacts").sum().over("letter_then").alias("started"))
    )
    rows = [
        (came_from, is_now, count, count / started, *(wilson(count, started) or (None, None)))
        for came_from, is_now, count, started in counted.select(
            "letter_then", "letter", "contacts", "started"
        ).iter_rows()
    ]
    columns = {"moved_from": pl.String, "moved_to": pl.String, "contacts": pl.Int64}
    shares = {"share": pl.Float64, "share_low": pl.Float64, "share_high": pl.Float64}
    return pl.DataFrame(rows, schema={**columns, **shares}, orient="row")


def _matrix(pairs: pl.DataFrame) -> pl.DataFrame:
    """The contacts of `_pairs`: a row per place on the first day, a column `segment.<letter>` per letter now."""
    seen_then = set(pairs["moved_from"])
    seen_now = set(pairs["moved_to"])
    counts = {(came_from, is_now): count for came_from, is_now, count, *_ in pairs.iter_rows()}
    rows = [place for place in PLACES if place in GRADES or place in seen_then]
    columns = [place for place in PLACES if place in GRADES or place in seen_now]
    return pl.DataFrame(
        {
            "moved_from": rows,
            **{CLASS_COLUMN + place: [counts.get((row, place), 0) for row in rows] for place in columns},
        },
        schema={"moved_from": pl.String, **{CLASS_COLUMN + place: pl.Int64 for place in columns}},
    )


def _agents(entries: pl.DataFrame) -> pl.DataFrame:
    """The table `by_agent`: `agent`, `contacts_then`, `contacts` and the moves of each list, the longest list first."""
    return (
        entries.group_by("agent")
        .agg(
            (pl.col("letter_then") != NO_CONTACT).sum().cast(pl.Int64).alias("contacts_then"),
            pl.len().cast(pl.Int64).alias("contacts"),
            *(held.sum().cast(pl.Int64).alias(name) for name, held in _FIGURES.items()),
        )
        .sort("contacts", "agent", descending=[True, False], nulls_last=True)
    )
