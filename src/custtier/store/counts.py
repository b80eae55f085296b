"""What every file of an import brought: new, updated, unchanged, by rule R1."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from custtier.sources.reading import Reading
from custtier.store.current import Records
from custtier.store.fold import (
    ITEM_FIELDS,
    ORDER_COLUMNS,
    ORDER_FIELDS,
    REFUND_FIELDS,
    differing,
    fold_items,
    fold_orders,
    fold_refunds,
)

_KEPT: Final = "kept"


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
    _Level("refunds", "refund_key", REFUND_FIELDS, REFUND_FIELDS, fold_refunds),
)


@dataclass(frozen=True)
class Counted:
    """What an import brought.

    Args:
        files: Per file `path, profile, encoding, header_row, rows_read, new, updated, unchanged, excluded, rejected`,
            `reasons` (excluded records by reason), `rejected_reasons` and `notes`.
        says_more: Whether any record says what the store's records of the same key do not all say already. If none
            does, the fold cannot come to anything else.
    """

    files: list[dict[str, Any]]
    says_more: bool


def file_counts(readings: Sequence[Reading], fresh: Sequence[Records], *, before: Records) -> Counted:
    """How every file was read and what became of its records.

    A file is compared with the state after the files listed before it.

    Args:
        readings: The files of the import, in the given order.
        fresh: What each of them holds, phones and accounts in comparable form.
        before: The visible records of the orders, items and refunds that the files touch.
    """
    outcomes = {level.table: _outcomes(level, fresh, before) for level in _LEVELS}
    rows = []
    for place, reading in enumerate(readings):
        counted = _counted(reading, *(outcomes[level.table][place] for level in _LEVELS))
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
                "reasons": _by_reason(reading, "excluded"),
                "rejected_reasons": _by_reason(reading, "rejected"),
                "notes": [[note.code, note.values] for note in reading.notes],
            }
        )
    says_more = any(
        found.select(pl.any_horizontal("is_new", "is_torn").any()).item()
        for each in outcomes.values()
        for found in each
    )
    return Counted(files=rows, says_more=says_more)


def _outcomes(level: _Level, fresh: Sequence[Records], before: Records) -> list[pl.DataFrame]:
    """Per file: the key of each record and `is_new`, `is_changed`, `is_torn` (its records do not all say the same)."""
    frames = [getattr(records, level.table) for records in fresh]
    old: pl.DataFrame = getattr(before, level.table)
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


def _changed(level: _Level, earlier: pl.DataFrame, later: pl.DataFrame) -> pl.DataFrame:
    others = [name for name in level.fields if name != level.key]
    both = earlier.join(later, on=level.key, suffix="_later")
    return both.filter(pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}_later")) for name in others)).select(
        level.key
    )


def _counted(reading: Reading, orders: pl.DataFrame, items: pl.DataFrame, refunds: pl.DataFrame) -> dict[str, int]:
    kept = reading.records.filter(pl.col("outcome") == _KEPT)
    # a refund's own row speaks for its order only where no other row of the file does
    spoken_for = kept.filter(pl.col("refund_key").is_null()).select("order_key").unique()
    is_refund = pl.col("refund_key").is_not_null()
    marked = (
        kept.join(spoken_for.with_columns(other_row=pl.lit(value=True)), on="order_key", how="left")
        .with_columns(
            pl.when(~(is_refund & pl.col("other_row").is_not_null())).then(pl.col("order_key")).alias("speaks")
        )
        .join(orders.rename({"order_key": "speaks"}), on="speaks", how="left")
        .join(items, on="item_key", how="left", suffix="_item")
        .join(refunds, on="refund_key", how="left", suffix="_refund")
    )
    is_new = pl.any_horizontal(pl.col("is_new", "is_new_item", "is_new_refund").fill_null(value=False))
    is_changed = pl.any_horizontal(pl.col("is_changed", "is_changed_item", "is_changed_refund").fill_null(value=False))
    sums = marked.select(
        new=is_new.sum(), updated=(~is_new & is_changed).sum(), unchanged=(~is_new & ~is_changed).sum()
    ).row(0, named=True)
    left_out = {
        outcome: reading.records.filter(pl.col("outcome") == outcome).height for outcome in ("excluded", "rejected")
    }
    return {**sums, **left_out}


def _by_reason(reading: Reading, outcome: str) -> dict[str, int]:
    counted = reading.records.filter(pl.col("outcome") == outcome).group_by("reason").len().sort("reason")
    return {reason or "": count for reason, count in counted.iter_rows()}
