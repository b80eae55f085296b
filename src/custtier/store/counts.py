"""What every file of an import brought: new, updated, unchanged, by rule R1."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import polars as pl

from custtier.facts import TABLES
from custtier.keys import are_among
from custtier.schema import LIST_KEYS, LISTS, empty
from custtier.sources.reading import Reading
from custtier.store.current import Records
from custtier.store.fold import (
    ITEM_FIELDS,
    ORDER_COLUMNS,
    ORDER_FIELDS,
    REFUND_COLUMNS,
    REFUND_FIELDS,
    differing,
    fold_items,
    fold_orders,
    fold_refunds,
)
from custtier.store.lists import FOLDED, MESSAGES, SAID, ListRecords, fold_list

_KEPT: Final = "kept"
_LEFT_OUT: Final = ("excluded", "rejected")


@dataclass(frozen=True)
class _Level:
    """How records of one kind are folded and compared: by `fields`; the fold gives `columns`."""

    table: str
    key: str
    fields: tuple[str, ...]
    columns: tuple[str, ...]
    fold: Callable[[pl.DataFrame], pl.DataFrame]


_LEVELS: Final = (
    _Level("orders", "order_key", ORDER_FIELDS, ORDER_COLUMNS, fold_orders),
    _Level("items", "item_key", ITEM_FIELDS, ITEM_FIELDS, fold_items),
    _Level("refunds", "refund_key", REFUND_FIELDS, REFUND_COLUMNS, fold_refunds),
)
_LIST_LEVELS: Final = tuple(
    _Level(
        name,
        LIST_KEYS[name],
        tuple(column for column in TABLES[name] if column not in ("source", "import_id")),
        SAID[name],
        partial(fold_list, name),
    )
    for name in FOLDED
)


@dataclass(frozen=True)
class Counted:
    """What an import brought.

    Args:
        files: Per file `path, profile, encoding, header_row, rows_read, new, updated, unchanged, excluded, rejected`,
            `reasons` (excluded records by reason), `rejected_reasons` and `notes`.
        says_more: Whether any record says what the store's records of the same key do not all say already. If none
            does, the fold cannot come to anything else. Of orders, items and refunds.
        lists: The lists of which any record does.
    """

    files: list[dict[str, Any]]
    says_more: bool
    lists: frozenset[str] = frozenset()


def file_counts(
    readings: Sequence[Reading],
    fresh: Sequence[Records],
    *,
    before: Records,
    lists: Sequence[ListRecords] = (),
    lists_before: ListRecords | None = None,
) -> Counted:
    """How every file was read and what became of its records.

    A file is compared with the state after the files listed before it.

    Args:
        readings: The files of the import, in the given order.
        fresh: What each of them holds, phones and accounts in comparable form.
        before: The visible records of the orders, items and refunds that the files touch.
        lists: What each file holds of lists.
        lists_before: The visible records of the keys that they touch; of messages only `message_key`.
    """
    outcomes = {
        level.table: _outcomes(
            level, [getattr(records, level.table) for records in fresh], getattr(before, level.table)
        )
        for level in _LEVELS
    }
    list_outcomes = _list_outcomes(lists, lists_before or {})
    rows = []
    for place, reading in enumerate(readings):
        own = {table: found[place] for table, found in outcomes.items()}
        own_lists = {name: found[place] for name, found in list_outcomes.items()}
        counted = _counted(reading, own, own_lists)
        total = sum(counted[name] for name in ("new", "updated", "unchanged", "excluded", "rejected"))
        assert total == reading.rows_read, f"{total} of {reading.rows_read} records of a {reading.profile} file counted"
        rows.append(
            {
                "path": reading.path,
                "profile": reading.profile,
                "encoding": reading.encoding,
                "header_row": reading.header_row,
                "rows_read": reading.rows_read,
                **counted,
                "notes": [[note.code, note.values] for note in reading.notes],
            }
        )
    return Counted(
        files=rows,
        says_more=any(_says_more(found) for found in outcomes.values()),
        lists=frozenset(name for name, found in list_outcomes.items() if _says_more(found)),
    )


def _says_more(outcomes: Sequence[pl.DataFrame]) -> bool:
    return any(found.select(pl.any_horizontal("is_new", "is_torn").any()).item() for found in outcomes)


def _list_outcomes(lists: Sequence[ListRecords], before: ListRecords) -> dict[str, list[pl.DataFrame]]:
    """`_outcomes` of every list that any file holds."""
    found = {}
    for level in _LIST_LEVELS:
        if any(level.table in records for records in lists):
            nothing = empty(LISTS[level.table])
            frames = [records.get(level.table, nothing) for records in lists]
            found[level.table] = _outcomes(level, frames, before.get(level.table, nothing))
    if any(MESSAGES in records for records in lists):
        found[MESSAGES] = _message_outcomes(lists, before)
    return found


def _message_outcomes(lists: Sequence[ListRecords], before: ListRecords) -> list[pl.DataFrame]:
    """A message never changes: it is new, or it was there."""
    key = LIST_KEYS[MESSAGES]
    nothing = empty({key: LISTS[MESSAGES][key]})
    seen = before[MESSAGES].select(key) if MESSAGES in before else nothing
    never = pl.lit(value=False)
    found = []
    for records in lists:
        own = records[MESSAGES].select(key) if MESSAGES in records else nothing
        found.append(own.with_columns(is_new=~are_among(own[key], seen[key]), is_changed=never, is_torn=never))
        if len(lists) > 1:
            seen = pl.concat([seen, own])
    return found


def _outcomes(level: _Level, frames: Sequence[pl.DataFrame], old: pl.DataFrame) -> list[pl.DataFrame]:
    """Per file: the key of each record and `is_new`, `is_changed`, `is_torn` (its records do not all say the same)."""
    if old.is_empty() and sum(not frame.is_empty() for frame in frames) < 2:
        return [_all_new(frame.select(level.key)) for frame in frames]
    keys = [frame.select(level.key).unique() for frame in frames]
    sets = pl.concat([old.select(level.key).unique(), *keys])
    repeated = sets.filter(pl.col(level.key).is_duplicated()).unique()
    known = old.join(repeated, on=level.key, how="semi")
    seen = old.select(level.key).unique()
    found = []
    for frame, own in zip(frames, keys, strict=True):
        again = own.join(seen, on=level.key, how="semi") if repeated.height else own.clear()
        changed = torn = own.clear()
        if again.height:
            earlier = known.join(again, on=level.key, how="semi")
            later = pl.concat([earlier, frame.join(again, on=level.key, how="semi")])
            torn = differing(later, key=level.key, fields=level.columns)
            earlier, later = (records.join(torn, on=level.key, how="semi") for records in (earlier, later))
            changed = _changed(level, level.fold(earlier), level.fold(later))
        found.append(
            own.join(again.with_columns(is_known=pl.lit(value=True)), on=level.key, how="left")
            .join(changed.with_columns(is_changed=pl.lit(value=True)), on=level.key, how="left")
            .join(torn.with_columns(is_torn=pl.lit(value=True)), on=level.key, how="left")
            .select(
                level.key,
                is_new=pl.col("is_known").is_null(),
                is_changed=pl.col("is_changed").fill_null(value=False),
                is_torn=pl.col("is_torn").fill_null(value=False),
            )
        )
        known = pl.concat([known, frame.join(repeated, on=level.key, how="semi")])
        seen = pl.concat([seen, own]).unique() if repeated.height else seen
    return found


def _all_new(keys: pl.DataFrame) -> pl.DataFrame:
    """The outcome of records of which nothing was known; a key may come twice."""
    never = pl.lit(value=False)
    return keys.with_columns(is_new=pl.lit(value=True), is_changed=never, is_torn=never)


def _changed(level: _Level, earlier: pl.DataFrame, later: pl.DataFrame) -> pl.DataFrame:
    others = [name for name in level.fields if name != level.key]
    both = earlier.join(later, on=level.key, suffix="_later")
    return both.filter(pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}_later")) for name in others)).select(
        level.key
    )


def _counted(
    reading: Reading, outcomes: Mapping[str, pl.DataFrame], lists: Mapping[str, pl.DataFrame]
) -> dict[str, Any]:
    kept = reading.records.filter(pl.col("outcome") == _KEPT)
    left = reading.records.filter(pl.col("outcome") != _KEPT)
    is_new = is_changed = pl.repeat(value=False, n=kept.height, dtype=pl.Boolean, eager=True)
    for level in _LEVELS:
        outcome = outcomes[level.table]
        if not outcome.is_empty():
            keys = _spoken_orders(kept) if level.key == "order_key" else kept.get_column(level.key)
            marks = _marks(keys, outcome)
            is_new, is_changed = is_new | marks["is_new"], is_changed | marks["is_changed"]
    for name, outcome in lists.items():
        if not outcome.is_empty():
            marks = _marks(kept.get_column("list_key").alias(LIST_KEYS[name]), outcome)
            is_new, is_changed = is_new | marks["is_new"], is_changed | marks["is_changed"]
    new, updated = int(is_new.sum()), int((is_changed & ~is_new).sum())
    reasons = {outcome: _by_reason(left, outcome) for outcome in _LEFT_OUT}
    return {
        "new": new,
        "updated": updated,
        "unchanged": kept.height - new - updated,
        **{outcome: sum(counts.values()) for outcome, counts in reasons.items()},
        "reasons": reasons["excluded"],
        "rejected_reasons": reasons["rejected"],
    }


def _spoken_orders(kept: pl.DataFrame) -> pl.Series:
    """The order of each record; none for a refund's own row where another row of the file speaks for its order."""
    is_refund = pl.col("refund_key").is_not_null()
    if kept["refund_key"].null_count() == kept.height:
        return kept.get_column("order_key")
    spoken_for = kept.filter(~is_refund).get_column("order_key").unique()
    is_spoken_for = is_refund & pl.col("order_key").is_in(spoken_for.implode())
    return kept.select(pl.when(~is_spoken_for.fill_null(value=False)).then("order_key").alias("order_key")).to_series()


def _marks(keys: pl.Series, outcome: pl.DataFrame) -> pl.DataFrame:
    """`is_new` and `is_changed` of each key; a null or unknown key is neither."""
    key = keys.name
    if not keys.equals(outcome[key]):
        told = outcome.unique(key).select(key, "is_new", "is_changed")
        outcome = keys.to_frame().join(told, on=key, how="left", maintain_order="left")
    return outcome.select(pl.col("is_new", "is_changed").fill_null(value=False))


def _by_reason(left: pl.DataFrame, outcome: str) -> dict[str, int]:
    counted = left.filter(pl.col("outcome") == outcome).group_by("reason").len().sort("reason")
    return {reason or "": count for reason, count in counted.iter_rows()}
