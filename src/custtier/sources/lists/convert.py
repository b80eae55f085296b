"""Recognised sheets of a list become a reading: its rows, and what became of every record."""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Final

import polars as pl

from custtier.facts import Note
from custtier.schema import HELD_MESSAGES, INSTANT, ITEMS, LIST_KEYS, LISTS, ORDERS, REFUNDS, Table, conform, empty
from custtier.settings import Settings
from custtier.sources.formats.identify import Match
from custtier.sources.formats.profile import Profile
from custtier.sources.lists.contacts import contact_rows
from custtier.sources.lists.costs import cost_rows
from custtier.sources.lists.dates import date_rows
from custtier.sources.lists.links import link_rows
from custtier.sources.lists.lists import ListRows
from custtier.sources.lists.messages import message_rows, narrowed
from custtier.sources.lists.referrals import referral_rows
from custtier.sources.lists.spend import spend_rows
from custtier.sources.lists.table import list_table
from custtier.sources.lists.tags import tag_rows
from custtier.sources.lists.values import Layout
from custtier.sources.reading import HELD_RECORDS, RECORDS, Reading
from custtier.sources.records import with_roles
from custtier.sources.rejects import reject_rows

MESSAGES: Final = "messages"
"""The one list that may have many millions of rows."""

_READERS: Final[Mapping[str, Callable[[pl.DataFrame, Layout], ListRows]]] = {
    "contacts": contact_rows,
    "messages": message_rows,
    "spend": spend_rows,
    "dates": date_rows,
    "costs": cost_rows,
    "links": link_rows,
    "tags": tag_rows,
    "referrals": referral_rows,
}
_SAME_ROW_TWICE: Final = ("contacts", "dates", "costs", "links", "tags", "referrals")
"""Lists in which two identical rows are one shown twice; two messages or payments alike are two."""

_ROWS_AT_ONCE: Final = 1 << 20

_PLACES: Final = ("sheet", "sheet_number", "section", "row", "at", "first_cells")


def convert_list(matches: Sequence[Match], *, path: str, settings: Settings, include: Collection[str]) -> Reading:
    """The reading of the sheets of one file that match one profile of a list.

    Args:
        matches: At least one, all of the same profile.
        path: As the user gave it.
        settings: For zone and currency where neither file nor profile say.
        include: Switches that take rows in which are left out by default.
    """
    first = matches[0]
    profile = first.profile
    # the table is handed over, not kept: its texts need not outlive the values that they become
    layout = Layout(first, settings)
    made = _READERS[profile.kind](_table(matches, include, layout), layout)
    shape = HELD_RECORDS if profile.kind == MESSAGES else RECORDS
    records = _records(made.rows, key=LIST_KEYS[profile.kind], shape=shape)
    return Reading(
        path=path,
        profile=profile.name,
        encoding=first.sheet.encoding,
        header_row=first.header_row,
        rows_read=records.height,
        file_instant=made.instant,
        orders=empty(ORDERS),
        items=empty(ITEMS),
        refunds=empty(REFUNDS),
        records=records,
        rejects=reject_rows(made.rows, matches, path=path),
        notes=tuple(Note(note.code, {"file": path, **note.values}) for note in made.notes),
        lists={profile.kind: _list(made, profile.kind, source=profile.name)},
    )


def _table(matches: Sequence[Match], include: Collection[str], layout: Layout) -> pl.DataFrame:
    """The fields of all sheets, with what is left out marked; `at` tells the records of a list whose rows may split."""
    profile = matches[0].profile
    is_long = profile.kind == MESSAGES
    last = partial(narrowed, layout=layout) if is_long else None
    tables = [
        list_table(match, last=last).with_columns(sheet_number=pl.lit(number)) for number, match in enumerate(matches)
    ]
    table = tables.pop() if len(tables) == 1 else pl.concat(tables, how="diagonal")
    if is_long:
        return _marked_in_parts(table, profile, include)
    table = table.with_columns(pl.int_range(pl.len(), dtype=pl.Int64).alias("at"))
    table = with_roles(table, profile=profile, include=include).drop("role")
    return _without_repeats(table) if profile.kind in _SAME_ROW_TWICE else table


def _marked_in_parts(table: pl.DataFrame, profile: Profile, include: Collection[str]) -> pl.DataFrame:
    """A long table with what is left out marked by categories, part by part where a row says it by itself."""
    needs_whole = bool(profile.trailers) or bool(profile.description_row) or not table.height
    marked = [
        with_roles(part, profile=profile, include=include)
        .drop("role")
        .with_columns(pl.col("left_out").cast(pl.Categorical))
        for part in ([table] if needs_whole else table.iter_slices(_ROWS_AT_ONCE))
    ]
    return marked.pop() if len(marked) == 1 else pl.concat(marked)


def _without_repeats(table: pl.DataFrame) -> pl.DataFrame:
    """Identical rows left out but for the first."""
    same = [name for name in table.columns if name not in _PLACES]
    again = ~table.select(pl.struct(same).is_first_distinct()).to_series()
    if not again.any():
        return table
    repeated = pl.col("left_out").is_null() & pl.lit(again)
    return table.with_columns(left_out=pl.when(repeated).then(pl.lit("duplicate_row")).otherwise("left_out"))


def _list(made: ListRows, kind: str, *, source: str) -> pl.DataFrame:
    """The kept rows as the list's table."""
    kept = made.rows.filter(pl.col("left_out").is_null() & pl.col("reason").is_null())
    return conform(
        kept.with_columns(
            source=pl.lit(source),
            file_instant=pl.lit(made.instant, dtype=INSTANT),
            import_id=pl.lit(None, dtype=pl.Int64),
        ),
        HELD_MESSAGES if kind == MESSAGES else LISTS[kind],
    )


def _records(rows: pl.DataFrame, *, key: str, shape: Table) -> pl.DataFrame:
    """What became of each record: its first row says it."""
    if "at" in rows.columns and rows["at"].is_duplicated().any():
        rows = rows.filter(pl.col("at").is_first_distinct())
    texts = shape["outcome"]
    kept, excluded, rejected = (pl.lit(text, dtype=pl.String).cast(texts) for text in ("kept", "excluded", "rejected"))
    is_left_out, is_rejected = pl.col("left_out").is_not_null(), pl.col("reason").is_not_null()
    records = rows.select(
        "sheet",
        "row",
        outcome=pl.when(is_left_out).then(excluded).when(is_rejected).then(rejected).otherwise(kept),
        reason=pl.coalesce("left_out", "reason"),
        list_key=pl.when(~is_left_out & ~is_rejected).then(key),
    )
    return conform(records, shape)
