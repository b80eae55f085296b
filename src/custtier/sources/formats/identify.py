"""Which platform's format a file is: a header found by its names, and the profile whose signature it satisfies."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from custtier.errors import CusttierError, data_error
from custtier.sources.formats.profile import Profile, Signature
from custtier.sources.sheets.sheet import HEAD_ROWS, Sheet
from custtier.sources.sheets.text_sheet import TextSheet

_DROPPED: Final = re.compile(r"[\s\ufeff`'\"\u200b]+")
_BRACKETS: Final = str.maketrans("（）：", "():")
_NEAREST: Final = 3
_PLAIN: Final = ("order", "messages", "links", "referrals", "tags", "dates", "spend", "costs", "contacts")
"""Kinds of plain tables in the order in which they are tried: a list of contacts asks for least."""


def normal_header(text: str) -> str:
    r"""A header as it is compared: no spaces, quotes or line breaks, one kind of brackets, no case.

    Examples:
        >>> normal_header(" 用户实付金额（元）\t")
        '用户实付金额(元)'
    """
    return _DROPPED.sub("", text).translate(_BRACKETS).casefold()


@dataclass(frozen=True)
class Match:
    """A sheet whose header satisfies a profile.

    Args:
        sheet: The sheet.
        profile: The profile.
        header_row: 1-based row of the header.
        positions: Normal header → 0-based columns that carry it.
        headers: The headers as the file writes them, trimmed.
        currency: Of the amounts, where the headers themselves tell it.
    """

    sheet: Sheet
    profile: Profile
    header_row: int
    positions: Mapping[str, Sequence[int]]
    headers: tuple[str, ...]
    currency: str = ""

    def columns_of(self, field: str) -> list[int]:
        """The columns that a field is read from, in the order in which they count."""
        return self.columns_named(self.profile.columns.get(field, ()))

    def columns_named(self, names: Iterable[str]) -> list[int]:
        """The columns that carry any of these headers, in the order of the names."""
        return [index for name in names for index in self.positions.get(normal_header(name), ())]

    def header_of(self, field: str) -> str | None:
        """The first header that stands in the file for the field."""
        columns = self.columns_of(field)
        return self.headers[columns[0]] if columns else None


def identify(
    sheets: Sequence[Sheet], profiles: Collection[Profile], *, path: str, own: Collection[str] = ()
) -> list[Match]:
    """The sheets that hold records, each with the one profile that matches; others are left aside.

    Args:
        sheets: Of one file.
        profiles: The formats that it may have.
        path: As the user gave it.
        own: Names of the user's own profiles: where one of them matches, those that come with custtier do not count.

    Raises:
        CusttierError: `unknown-format` when no profile matches any sheet, or a plain list's leaves out what looks like
            orders; `ambiguous-format` when several match one,
            `missing-column` when the one that matches needs a field that has no column.
    """
    known = [profile for profile in profiles if not profile.fallback]
    last = sorted((profile for profile in profiles if profile.fallback), key=lambda one: _turn(one, own))
    for turns in ([known], [[profile] for profile in last]):
        found = [_first_match(sheet, turns, path=path, own=own) for sheet in sheets]
        matches = [match for match in found if match is not None]
        if matches:
            _check_columns(matches, path=path)
            if turns[0] is not known:
                from custtier.sources.formats.unread_orders import refuse_orders  # it asks this module for headers

                refuse_orders(matches, path=path, own=own)
            return matches
    raise _unknown(sheets, known, path=path)


def _turn(profile: Profile, own: Collection[str]) -> tuple[bool, int]:
    """When a plain table's profile is tried: the user's before ours, and what asks for most before the rest."""
    return profile.name not in own, _PLAIN.index(profile.kind) if profile.kind in _PLAIN else 0


def _first_match(sheet: Sheet, turns: Sequence[Sequence[Profile]], *, path: str, own: Collection[str]) -> Match | None:
    matches = (_match(sheet, candidates, path=path, own=own) for candidates in turns)
    return next((match for match in matches if match is not None), None)


def _check_columns(matches: Sequence[Match], *, path: str) -> None:
    """Return when every sheet has a column for each field that its profile needs."""
    for match in matches:
        missing = _missing(match)
        if missing:
            raise data_error(
                "missing-column",
                "{path} was recognised as `{profile}`, which needs the column {column}; the file has {headers}",
                hint="export it again with all columns, or name another format with `--profile NAME`",
                path=path,
                profile=match.profile.name,
                column=missing[0],
                headers=", ".join(header for header in match.headers if header),
            )


def forced(sheets: Sequence[Sheet], profile: Profile, *, path: str) -> list[Match]:
    """The sheets read with a profile that was named, whether or not its signature is there.

    Raises:
        CusttierError: `missing-column` when a field that the profile needs has no column in any sheet.
    """
    names = known_headers(profile)
    best: list[Match] = []
    nearest: Match | None = None
    for sheet in sheets:
        rows = [
            (sum(header in names for header in _positions(cells)), -number)
            for number, cells in enumerate(sheet.head[:HEAD_ROWS], 1)
        ]
        found, row = max(rows, default=(0, 0))
        if found == 0:
            continue
        match = _matched(sheet, profile, -row)
        if not _missing(match):
            best.append(match)
        elif nearest is None or len(match.headers) > len(nearest.headers):
            nearest = match
    if best:
        return best
    missing = _missing(nearest)[0] if nearest is not None else " / ".join(profile.signatures[0].needs)
    raise data_error(
        "missing-column",
        "{path} was read with the profile `{profile}`, which needs the column {column}; the file has {headers}",
        hint="leave `--profile` out to have the format recognised, or name another one",
        path=path,
        profile=profile.name,
        column=missing,
        headers=", ".join(header for header in nearest.headers if header) if nearest else "-",
    )


def _match(sheet: Sheet, profiles: Collection[Profile], *, path: str, own: Collection[str]) -> Match | None:
    for number, cells in enumerate(sheet.head[:HEAD_ROWS], 1):
        headers = _positions(cells)
        if len(headers) < 2:
            continue
        found = [profile for profile in profiles if any(_holds(one, headers, profile) for one in profile.signatures)]
        found = [profile for profile in found if profile.name in own] or found
        if len(found) > 1:
            names = ", ".join(profile.name for profile in found)
            raise data_error(
                "ambiguous-format",
                "{path} could be any of {profiles}",
                hint="say which with `--profile NAME`",
                path=path,
                profiles=names,
            )
        if found:
            return _matched(sheet, found[0], number)
    return None


def _matched(sheet: Sheet, profile: Profile, number: int) -> Match:
    if isinstance(sheet, TextSheet) and not profile.quotes:
        sheet, number = _unquoted(sheet, number)
    cells = sheet.head[number - 1]
    headers = _positions(cells)
    told = (one.currency for one in profile.signatures if one.currency and _holds(one, headers, profile))
    names = tuple(cell.strip().strip("\ufeff`\"'") for cell in cells)
    return Match(sheet, profile, number, headers, names, next(told, ""))


def _unquoted(sheet: TextSheet, number: int) -> tuple[TextSheet, int]:
    """The sheet with its quotation marks as characters, and its header's row.

    As it is where no header is left then, and where each header stands in marks: another program saved the file.
    """
    line = sheet.lines_through[number - 1]
    found = sheet.unquoted(through=line)
    if all(len(cell) > 1 and cell[0] == cell[-1] == '"' for cell in found.head[line - 1] if cell.strip()):
        return sheet, number
    headers = _positions(found.head[line - 1])
    whole = set(headers) >= set(_positions(sheet.head[number - 1]))
    return (found, line) if whole else (sheet, number)


def _positions(cells: Sequence[str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for index, cell in enumerate(cells):
        header = normal_header(cell)
        if header:
            found.setdefault(header, []).append(index)
    return found


def _holds(signature: Signature, headers: Collection[str], profile: Profile) -> bool:
    return (
        all(_stands(name, headers) for name in signature.needs)
        and all(_field_stands(names, headers, profile) for names in signature.fields)
        and not any(normal_header(name) in headers for name in signature.without)
    )


def _stands(name: str, headers: Collection[str]) -> bool:
    return any(normal_header(part) in headers for part in name.split("|"))


def _field_stands(names: str, headers: Collection[str], profile: Profile) -> bool:
    return any(normal_header(header) in headers for field in names.split("|") for header in headers_of(profile, field))


def headers_of(profile: Profile, field: str) -> tuple[str, ...]:
    """The headers that a profile knows for a field; `account` stands for all of its account columns."""
    if field == "account":
        return tuple(column for account in profile.accounts for column in account.columns)
    return profile.columns.get(field, ())


def known_headers(profile: Profile) -> set[str]:
    """Every header that a profile does something with, as it is compared."""
    mapped = {header for headers in profile.columns.values() for header in headers}
    accounts = {column for account in profile.accounts for column in account.columns}
    needed = {part for one in profile.signatures for name in one.needs for part in name.split("|")}
    return {normal_header(header) for header in {*mapped, *accounts, *needed, *profile.instants}}


def _missing(match: Match) -> list[str]:
    return [
        " / ".join(header for field in names.split("|") for header in headers_of(match.profile, field)[:2])
        for names in match.profile.required
        if not any(match.columns_named(headers_of(match.profile, field)) for field in names.split("|"))
    ]


def _unknown(sheets: Sequence[Sheet], profiles: Collection[Profile], *, path: str) -> CusttierError:
    """The error that names the formats nearest to the file, with what each of them misses."""
    rows = [set(_positions(cells)) for sheet in sheets for cells in sheet.head[:HEAD_ROWS]]
    ranked: list[tuple[float, str, list[str]]] = []
    for profile in profiles:
        for signature in profile.signatures:
            missing = min(
                ([name for name in signature.needs if not _stands(name, headers)] for headers in rows),
                key=len,
                default=list(signature.needs),
            )
            share = 1 - len(missing) / len(signature.needs)
            if share > 0:
                ranked.append((-share, profile.name, missing))
    best: dict[str, list[str]] = {}
    for _, name, missing in sorted(ranked):
        best.setdefault(name, missing)
    nearest = [f"{name} (- {', '.join(missing)})" for name, missing in list(best.items())[:_NEAREST]]
    if not nearest:
        return data_error(
            "unknown-format",
            "{path} has no header that any profile knows in its first {rows} rows",
            hint="a plain table needs headers such as order_id, date, amount, customer; "
            "make its format known with `custtier sources new FILE`",
            path=path,
            rows=HEAD_ROWS,
        )
    return data_error(
        "unknown-format",
        "{path} has no header that any profile knows in its first {rows} rows; nearest, and what is missing: {nearest}",
        hint="export all columns, or make this format known with `custtier sources new FILE`",
        path=path,
        rows=HEAD_ROWS,
        nearest="; ".join(nearest),
    )
