"""Staff lists of exclusion rules: phones and accounts from a small file of the user's own."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from custtier.errors import CusttierError, usage_error
from custtier.metrics.exclusions import Staff, comparable_phones
from custtier.rules import Rule
from custtier.text import message

_LARGEST: Final = 10_000_000
"""Bytes: a list of people who work here is small."""

_HEADERS: Final = (
    "手机",
    "电话",
    "phone",
    "mobile",
    "账号",
    "帐号",
    "昵称",
    "旺旺",
    "微信",
    "会员",
    "account",
    "openid",
    "nick",
    "user",
)
"""Parts of the headers of columns that tell who somebody is."""

_HINT: Final = message("name a file with one phone or account a line, or with columns headed phone and account")


def staff_of(rules: Sequence[Rule]) -> dict[str, Staff]:
    """Rule → who stands in its staff list.

    Raises:
        CusttierError: `bad-settings` when a list cannot be read or names nobody.
    """
    return {rule.name: _read(rule) for rule in rules if rule.staff_list}


def _read(rule: Rule) -> Staff:
    path = Path(rule.staff_list)
    try:
        with path.open("rb") as stream:
            content = stream.read(_LARGEST)
    except OSError as problem:
        raise _bad(rule, problem.strerror or "OSError") from problem
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030", errors="replace")
    rows = [[cell.strip().lstrip("'") for cell in row] for row in csv.reader(text.splitlines()) if any(row)]
    told = [cell for row in _told(rows) for cell in row if cell and not cell.startswith("#")]
    if not told:
        raise usage_error(
            "bad-settings",
            "exclusion {rule!r}: the staff list {path} names nobody",
            hint=_HINT,
            rule=rule.name,
            path=rule.staff_list,
        )
    phones = comparable_phones(told)
    return Staff(phones=phones, accounts=tuple(cell for cell in told if not comparable_phones([cell])))


def _told(rows: list[list[str]]) -> list[list[str]]:
    """The cells that tell who somebody is: of the columns so headed, else of the first one."""
    if not rows:
        return []
    headed = [place for place, title in enumerate(rows[0]) if any(word in title.lower() for word in _HEADERS)]
    if not headed:
        return [row[:1] for row in rows]
    return [[row[place] for place in headed if place < len(row)] for row in rows[1:]]


def _bad(rule: Rule, problem: str) -> CusttierError:
    return usage_error(
        "bad-settings",
        "exclusion {rule!r}: the staff list {path} cannot be used: {problem}",
        hint=_HINT,
        rule=rule.name,
        path=rule.staff_list,
        problem=problem,
    )
