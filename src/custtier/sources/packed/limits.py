"""How much a file may unpack to, and the errors for more: a small file must not fill the disk or the memory."""

from typing import Final

from custtier.errors import CusttierError, data_error

MOST_BYTES: Final = 4 << 30
"""A container that unpacks to more than this is refused."""

MOST_RATIO: Final = 50
"""One that unpacks to so many times its size is refused too, but only from `FREE_BYTES` on."""

FREE_BYTES: Final = 64 << 20

MOST_MEMBERS: Final = 5_000
"""Files in one archive."""

MOST_COLUMNS: Final = 16_384
"""Columns of a table: as many as a spreadsheet has."""

MOST_ROWS: Final = 1 << 20
"""Rows of a table in markup: as many as a spreadsheet has."""

FREE_ROWS: Final = 500_000
ROW_BYTES: Final = 8
"""Beyond `FREE_ROWS`, each row of a text takes so many packed bytes: order numbers, times and amounts differ."""

FREE_CELLS: Final = 4_000_000
"""So many cells a sheet may have in any case; a workbook with more has at least one packed byte for each."""

FREE_TEXT_BYTES: Final = 256 << 20
"""So much all texts of a workbook may take together, each counted as often as it is used."""

MOST_TEXT_RATIO: Final = 20
"""A large workbook's texts may take so many times its size."""


def most_bytes(packed: int) -> int:
    """How much a file of so many bytes may unpack to."""
    return min(MOST_BYTES, max(FREE_BYTES, packed * MOST_RATIO))


def most_text_bytes(packed: int) -> int:
    """How much the texts of a workbook of so many bytes may take."""
    return max(FREE_TEXT_BYTES, packed * MOST_TEXT_RATIO)


def most_rows(packed: int) -> int:
    """How many rows a packed text of so many bytes may have."""
    return max(FREE_ROWS, packed // ROW_BYTES)


def too_large(label: str, *, most: int) -> CusttierError:
    """The error for what unpacks to more than `most` bytes."""
    return data_error(
        "too-large",
        "{path} unpacks to more than {megabytes} MB, far more than its own size lets expect",
        hint="if you trust it, unpack it and name the files that you need",
        path=label,
        megabytes=most >> 20,
    )


def too_long() -> CusttierError:
    """The error for standard input that does not end."""
    return data_error(
        "too-large",
        "standard input holds more than {megabytes} MB",
        hint="save it to files and name these",
        path="-",
        megabytes=MOST_BYTES >> 20,
    )


def too_many_rows(label: str, *, most: int) -> CusttierError:
    """The error for a packed text of more rows than its size lets expect."""
    return data_error(
        "too-large",
        "{path} unpacks to more than {rows} rows, far more than its own size lets expect",
        hint="if you trust it, unpack it and name the files that you need",
        path=label,
        rows=most,
    )


def too_many_members(label: str, *, count: int) -> CusttierError:
    """The error for an archive of too many files."""
    return data_error(
        "too-large",
        "{path} holds {files} files; an archive may hold {most}",
        hint="unpack it and name the files that you need",
        path=label,
        files=count,
        most=MOST_MEMBERS,
    )


def too_wide(label: str) -> CusttierError:
    """The error for a table with more columns than any has."""
    return data_error(
        "too-large",
        "{path} has a line of more than {most} columns",
        hint="export the file again; this one is damaged, or no table",
        path=label,
        most=MOST_COLUMNS,
    )


def too_spread(label: str) -> CusttierError:
    """The error for a sheet whose cells need far more memory than the file lets expect."""
    return data_error(
        "too-large",
        "a sheet of {path} would take far more memory than the size of the file lets expect",
        hint="open it in a spreadsheet, copy the rows that you need into a new workbook and save that as XLSX",
        path=label,
    )
