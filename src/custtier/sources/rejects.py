"""Rejected rows with their own cells, as the file shows them."""

import json
from collections.abc import Collection, Sequence

import polars as pl

from custtier.schema import REJECTS, conform
from custtier.sources.formats.identify import Match


def reject_rows(table: pl.DataFrame, matches: Sequence[Match], *, path: str) -> pl.DataFrame:
    """`schema.REJECTS` with the original cells, read again for these rows alone; of a chat never its text.

    Args:
        table: Uses `sheet`, `sheet_number`, `row`, `left_out`, `reason`, `column`.
        matches: The sheets, by `sheet_number`.
        path: What the user calls the file.
    """
    bad = table.filter(pl.col("reason").is_not_null() & pl.col("left_out").is_null())
    found: list[dict[str, object]] = []
    for number, match in enumerate(matches):
        rows = bad.filter(pl.col("sheet_number") == number)
        if rows.is_empty():
            continue
        shown = _shown(match)
        cells = {
            row["row"]: _cells(row, match.headers, shown)
            for row in match.sheet.whole(match.header_row, rows["row"]).iter_rows(named=True)
        }
        found += [
            {"file": path, "sheet": sheet, "row": row, "column": column, "reason": reason, "cells": cells.get(row)}
            for sheet, row, column, reason in rows.select("sheet", "row", "column", "reason").iter_rows()
        ]
    return conform(
        pl.DataFrame(found, schema={name: REJECTS[name] for name in REJECTS if name != "import_id"}), REJECTS
    )


def _shown(match: Match) -> Collection[int] | None:
    """The columns whose cells may be kept; None for all. Of a chat those that are known to hold no text."""
    if match.profile.kind != "messages":
        return None
    fields = [match.columns_of(field) for field in match.profile.columns if field != "text"]
    accounts = [match.columns_named(account.columns) for account in match.profile.accounts]
    hidden = set(match.columns_of("text"))
    return {index for columns in (*fields, *accounts) for index in columns} - hidden


def _cells(row: dict[str, object], headers: Sequence[str], shown: Collection[int] | None) -> str:
    """A row's own cells by header, empty ones left out; cells beyond the header by their number."""
    cells: dict[str, str] = {}
    for name, text in row.items():
        if name == "row" or text is None or not str(text).strip():
            continue
        index = int(name[1:])
        if shown is not None and index not in shown:
            continue
        header = headers[index] if index < len(headers) and headers[index] else str(index + 1)
        while header in cells:
            header += "'"
        cells[header] = str(text)
    return json.dumps(cells, ensure_ascii=False)
