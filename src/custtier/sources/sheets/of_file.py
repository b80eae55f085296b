"""The sheets of a file on disk, whatever kind of file it is, or why it has none."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from custtier.errors import data_error
from custtier.sources.packed.archives import Source
from custtier.sources.packed.containers import kind_of
from custtier.sources.packed.passwords import Passwords
from custtier.sources.reading import Progress
from custtier.sources.sheets.sheet import Sheet
from custtier.sources.sheets.text_sheet import text_sheet

_PACKED: Final = frozenset({"zip", "gzip", "archive"})


def sheets_of(
    source: Source, folder: Path, *, passwords: Passwords | None, progress: Progress | None
) -> Sequence[Sheet]:
    """The sheets of one file.

    Args:
        source: The file.
        folder: Where copies may be written.
        passwords: Those that may open a workbook.
        progress: Told how far reading is.

    Raises:
        CusttierError: `encrypted-file`, `wrong-password`, `too-large`, `unreadable-file`, `undecodable-file`,
            `empty-file`; the source's own problem.
    """
    if source.problem is not None:
        raise source.problem
    path, label = source.path, source.label
    total = path.stat().st_size
    advance = _advance(label, total, progress)
    kind = kind_of(path)
    if kind == "xls":
        from custtier.sources.packed.unlocking import unlocked
        from custtier.sources.sheets.old_workbook import checked_old_workbook

        path = unlocked(path, folder, label=label, passwords=passwords)
        kind = kind_of(path)
        if kind == "xls":
            checked_old_workbook(path, label=label)
    _refuse(kind, label)
    if kind == "text":
        return [text_sheet(path, label=label, folder=folder, advance=advance)]
    if kind in {"html", "xml"}:
        from custtier.sources.sheets.markup import markup_sheets

        sheets: Sequence[Sheet] = markup_sheets(path, kind=kind, label=label)
    else:
        from custtier.sources.sheets.workbook import workbook_sheets

        sheets = workbook_sheets(path, label=label, encoding=kind)
    advance(total)
    return sheets


def _refuse(kind: str, label: str) -> None:
    """An error for the kinds of file that hold no table."""
    if kind in _PACKED:
        raise data_error(
            "unreadable-file",
            "{path} is an archive inside an archive, or one of a kind that is not read here",
            hint="unpack it and name the files inside",
            path=label,
        )
    if kind == "document":
        raise data_error(
            "unreadable-file",
            "{path} is a document or a picture, not a table that can be read",
            hint="export it as CSV or XLSX, or open it in a spreadsheet and save it as one of these",
            path=label,
        )


def _advance(label: str, total: int, progress: Progress | None) -> Callable[[int], None]:
    def advance(done: int) -> None:
        if progress is not None:
            progress.advance(label, done, total)

    return advance
