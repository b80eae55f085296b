"""What is wrong with a profile, in words that name the file and the key."""

import re
import tomllib
from collections.abc import Iterable
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from custtier.errors import CusttierError, usage_error
from custtier.text import message

if TYPE_CHECKING:
    from pydantic import ValidationError

    from custtier.sources.formats.profile import Profile

_PATTERN: Final = message("{origin} is no profile: {key} is no regular expression that can be used")
_WRONG_KIND: Final = message("{origin} is no profile: {key} is of the wrong kind")
_FAULTS: Final = {
    "missing": message("{origin} is no profile: the key {key} is missing"),
    "extra_forbidden": message("{origin} is no profile: there is no key {key}"),
    "literal_error": message("{origin} is no profile: {key} takes one of {expected}"),
    "string_pattern_mismatch": message("{origin} is no profile: {key} takes small letters, digits and dashes"),
    "too_short": message("{origin} is no profile: {key} is empty"),
    "no_pattern": _PATTERN,
    "empty_signature": message("{origin} is no profile: {key} needs headers (`needs`) or fields (`fields`)"),
    "no_group": message("{origin} is no profile: the pattern of {key} needs one group in brackets, the account"),
    "no_reason": message("{origin} is no profile: {key} leaves rows out and needs a `reason`"),
    "no_refund_row": message("{origin} is no profile: {key} has `amount` or `dated`, which only refund rows have"),
    "no_field": message("{origin} is no profile: no such field: {names}"),
    "no_column": message("{origin} is no profile: used but without a column: {names}"),
}
"""Kind of fault → what is said of it."""

_TWO_STATES: Final = message("{origin} is no profile: {key} has the word {word} under two states")
_SETTING: Final = message("{origin} is no profile: {key} is {word!r}, which is not known")


def toml_fault(problem: tomllib.TOMLDecodeError, *, origin: str) -> CusttierError:
    """The error of a text that is no TOML."""
    place = re.search(r"line (\d+), column (\d+)", str(problem))
    if place is None:
        return bad_profile(message("{origin} is no profile: it is no TOML, its end is missing"), origin=origin)
    fault = message("{origin} is no profile: it is no TOML, the fault is in line {line} at character {column}")
    return bad_profile(fault, origin=origin, line=place[1], column=place[2])


def validation_fault(problem: "ValidationError", *, origin: str) -> CusttierError:
    """The error of a TOML that does not describe a profile: its first fault."""
    faults = problem.errors()
    # a key that does not exist is likely the one that is missing, misspelt
    first = next((fault for fault in faults if fault["type"] == "extra_forbidden"), faults[0])
    key = _key(first["loc"])
    told: dict[str, Any] = dict(first.get("ctx", {}))
    expected = str(told.get("expected", "")).replace(" or ", ", ")
    named = str(told.get("names", ""))
    return bad_profile(_FAULTS.get(first["type"], _WRONG_KIND), origin=origin, key=key, expected=expected, names=named)


def check_usable(profile: "Profile", *, origin: str) -> None:
    """Return when every value of a profile can be used, though nobody has tried it yet.

    Raises:
        CusttierError: `bad-profile` for a pattern that tables cannot be searched with, a zone or currency that does
            not exist, or a word with two meanings.
    """
    for key, pattern in _patterns(profile):
        if not _can_be_searched(pattern):
            raise bad_profile(_PATTERN, origin=origin, key=key)
    if profile.zone and not _is_zone(profile.zone):
        raise bad_profile(_SETTING, origin=origin, key="zone", word=profile.zone)
    currencies = [profile.currency, *profile.currency_of_country.values(), *profile.currency_symbols.values()]
    for currency in currencies:
        if currency and not re.fullmatch("[A-Z]{3}", currency):
            raise bad_profile(_SETTING, origin=origin, key="currency", word=currency)
    for way in profile.date_formats:
        if not _is_date_format(way):
            raise bad_profile(_SETTING, origin=origin, key="date_formats", word=way)
    _check_words(profile, origin=origin)


def bad_profile(fault: str, *, origin: str, **values: object) -> CusttierError:
    """The error of a file that is no profile."""
    return usage_error(
        "bad-profile",
        fault,
        hint="compare it with one that comes with custtier: `custtier sources show generic --toml`",
        origin=origin,
        **values,
    )


def _key(place: Iterable[int | str]) -> str:
    """A key as people write it: `columns.order_id`, `signatures[2].needs`."""
    return "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in place).removeprefix(".")


def _patterns(profile: "Profile") -> list[tuple[str, str]]:
    given = [("description_row", profile.description_row), ("id_cut", profile.id_cut), ("day", profile.day)]
    trailers = [(f"trailers[{number}].starts", one.starts) for number, one in enumerate(profile.trailers, 1)]
    return [(key, pattern) for key, pattern in (*given, *trailers) if pattern]


def _can_be_searched(pattern: str) -> bool:
    """Whether Polars knows the pattern too: its expressions lack what looks ahead or back."""
    import polars as pl

    try:
        pl.Series([""]).str.contains(pattern)
    except pl.exceptions.ComputeError:
        return False
    return True


def _is_zone(name: str) -> bool:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _is_date_format(way: str) -> bool:
    import polars as pl

    try:
        pl.Series(["2026-01-31"]).str.to_datetime(way, time_unit="us", strict=False)
    except pl.exceptions.ComputeError:
        return False
    return True


def _check_words(profile: "Profile", *, origin: str) -> None:
    """Return when no word of the status stands under two states."""
    rules = profile.statuses
    seen: dict[str, str] = {}
    groups = {"unpaid": rules.unpaid, "paid": rules.paid, "refunded": rules.refunded, "closed": rules.closed}
    for state, word in chain.from_iterable(((state, word) for word in words) for state, words in groups.items()):
        if seen.setdefault(word, state) != state:
            raise bad_profile(_TWO_STATES, origin=origin, key="statuses", word=word)
