"""How cells are written: instants, money, and rows of a known header filled by name."""

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import polars as pl


@cache
def header(name: str) -> tuple[str, ...]:
    """The column names of an export, in its order; a name may stand twice."""
    text = (files("custtier.demo") / "headers" / f"{name}.csv").read_text(encoding="utf-8")
    return tuple(next(csv.reader([text])))


def instant(seconds: pl.Expr, *, ending: str = "") -> pl.Expr:
    """`2026-06-18 20:01:05` of local seconds; null stays null."""
    return pl.from_epoch(seconds).dt.to_string(f"%Y-%m-%d %H:%M:%S{ending}")


def compact(seconds: pl.Expr, pattern: str) -> pl.Expr:
    """Digits of local seconds by a strftime pattern."""
    return pl.from_epoch(seconds).dt.to_string(pattern)


def money(fen: pl.Expr) -> pl.Expr:
    """`12.30` of 1230 fen."""
    return (fen // 100).cast(pl.String) + pl.lit(".") + (fen % 100).cast(pl.String).str.zfill(2)


def text(number: pl.Expr) -> pl.Expr:
    """Digits of a whole number."""
    return number.cast(pl.String)


def rows(frame: pl.DataFrame, name: str, cells: Mapping[str, pl.Expr | str]) -> pl.DataFrame:
    """`frame` as rows of the export `name`: all text, null (a blank cell) where `cells` says nothing.

    A header that stands twice fills its first column; the second's name ends in a zero-width mark. The header line is
    written from `header`, never from these names.
    """
    columns: list[pl.Expr] = []
    seen: set[str] = set()
    unknown = set(cells) - set(header(name))
    if unknown:
        raise KeyError(f"{name} has no column {sorted(unknown)}")
    for column in header(name):
        repeated = column in seen
        seen.add(column)
        cell = None if repeated else cells.get(column)
        value = cell if isinstance(cell, pl.Expr) else pl.lit(cell, dtype=pl.String)
        columns.append(value.alias(f"{column}\u200b" if repeated else column))
    return frame.select(columns)
