"""The proof that somebody is forgotten: every file of a store, decoded and byte for byte, searched for their keys."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from custtier.store.person import Person, is_distinct

_PIECE: Final = 1 << 24
_WHOLE: Final = ("account", "phone", "email", "union_id", "alias", "usual_phone", "weak_phone", "referrer", "referred")
"""Columns in which a text that may be a word is looked for as a whole cell."""


@dataclass(frozen=True)
class Sought:
    """What is looked for.

    Args:
        person: Whose texts.
        keys: Integer keys of the person's accounts and orders.
        order_ids: Ids of their orders.
        others: Texts that are also the keys of somebody else's account, and so stay.
    """

    person: Person
    keys: pl.Series
    order_ids: tuple[str, ...] = ()
    others: frozenset[str] = frozenset()

    @property
    def texts(self) -> tuple[str, ...]:
        """What is looked for byte for byte."""
        return tuple(text for text in self.person.texts if is_distinct(text) and text not in self.others)


@dataclass(frozen=True)
class Searched:
    """What a search came to.

    Args:
        files: Files that were searched.
        found: Those that show the person, relative to the folder.
    """

    files: int
    found: tuple[str, ...]


def searched(folder: Path, sought: Sought) -> Searched:
    """Every file under a folder, whatever version of whatever table it was of, searched for a person.

    Args:
        folder: Of a store.
        sought: What is looked for.
    """
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    found = [path for path in files if _shows_bytes(path, sought) or _shows_cells(path, sought)]
    return Searched(files=len(files), found=tuple(path.relative_to(folder).as_posix() for path in found))


def _shows_bytes(path: Path, sought: Sought) -> bool:
    """Whether any text stands in the file as it is: logs, footers, pages that are not compressed."""
    texts = [form for text in sought.texts for form in _as_bytes(text)]
    if not texts:
        return False
    reach = max(len(text) for text in texts)
    before = b""
    with path.open("rb") as opened:
        while piece := opened.read(_PIECE):
            looked_at = before + piece
            if any(text in looked_at for text in texts):
                return True
            before = looked_at[-reach:]
    return False


def _as_bytes(text: str) -> list[bytes]:
    """A text in UTF-8, and as JSON may write it."""
    escaped = text.encode("ascii", "backslashreplace")
    return list({text.encode(), escaped})


def _shows_cells(path: Path, sought: Sought) -> bool:
    """Whether any cell of a table's file shows the person, once decoded."""
    if path.suffix != ".parquet":
        return False
    rows = pl.scan_parquet(path, glob=False, hive_partitioning=False)
    conditions = [_column_shows(name, dtype, sought) for name, dtype in rows.collect_schema().items()]
    asked = [condition.fill_null(value=False).any() for condition in conditions if condition is not None]
    if not asked:
        return False
    found: bool = rows.select(pl.any_horizontal(asked)).collect().item()
    return found


def _column_shows(name: str, dtype: pl.DataType, sought: Sought) -> pl.Expr | None:
    column = pl.col(name)
    if dtype == pl.Int64 and name.endswith("_key"):
        return column.is_in(sought.keys.implode())
    if dtype.is_nested():
        # checkpoints of logs
        column = pl.struct(name).struct.json_encode()
    elif dtype != pl.String:
        return None
    conditions = [pl.lit(value=False)]
    pattern = sought.person.pattern(others=sought.others)
    if pattern:
        conditions.append(column.str.contains(pattern))
    if name in _WHOLE:
        conditions.append(column.is_in([text for text in sought.person.texts if text not in sought.others]))
    if name == "order_id":
        conditions.append(column.is_in(list(sought.order_ids)))
    return pl.any_horizontal(condition.fill_null(value=False) for condition in conditions)
