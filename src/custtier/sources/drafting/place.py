"""Columns get fields: by a header that is known, by one that is like it, by the look of the values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from custtier.sources.drafting.kinds import UNMISTAKABLE, Kind, fits
from custtier.sources.drafting.looks import Look
from custtier.sources.drafting.vocabulary import ACCOUNT, Vocabulary, loose

SURE, LIKELY, GUESS, NONE = "sure", "likely", "guess", "none"
CERTAINTIES: Final = (SURE, LIKELY, GUESS, NONE)
"""The surest first."""

_SIMILAR_CHINESE: Final = 75
_SIMILAR_LATIN: Final = 86
_TAIL: Final = 2
"""Characters of a known Chinese header that a longer one may end with: 消费者手机号 is a 手机号."""

_SHORT_TAILS: Final = frozenset({"remark", "phone", "tags", "shop"})
"""Fields that a tail of two characters is enough for: a 微信备注 is a 备注, but a 发货日期 is not the order's 日期."""

_MANY: Final = frozenset({ACCOUNT, "name"})
"""Fields that one header may stand for beside another field: 客户 is an account and a name."""


@dataclass(frozen=True)
class Column:
    """A column of the file.

    Args:
        index: 0-based.
        header: As the file writes it.
        look: How its values look.
    """

    index: int
    header: str
    look: Look


@dataclass(frozen=True)
class Placement:
    """What a column was taken for.

    Args:
        column: The column.
        field: The field; empty when it was not placed.
        certainty: One of `CERTAINTIES`.
        reason: Why: `alias`, `similar`, `values`, `asked`; without a field `beside`, `unlike`, `taken`, `unknown`.
        like: The header that it is like, or what it holds that nobody reads.
    """

    column: Column
    field: str = ""
    certainty: str = NONE
    reason: str = "unknown"
    like: str = ""


def placements(columns: Sequence[Column], *, kind: Kind, known: Vocabulary) -> list[Placement]:
    """What each column is for: one placement a column and field, the columns in their order.

    Every field goes to the column that it fits best; a column that lost its field to another one is `taken`.
    """
    wanted = [one for column in columns for one in _wanted(column, kind, known)]
    best = _settled(wanted, known)
    placed = {(one.column.index, one.field) for one in best}
    found = [*best]
    for column in columns:
        if not any(index == column.index for index, _ in placed):
            found.append(_unplaced(column, wanted, known))
    found = _by_values(found, kind)
    return sorted(found, key=lambda one: (one.column.index, one.field != ACCOUNT))


def _wanted(column: Column, kind: Kind, known: Vocabulary) -> list[Placement]:
    """The fields that a column may be for by its header."""
    key = loose(column.header)
    exact = [field for field in known.aliases.get(key, ()) if field in kind.fields]
    if exact:
        return _fitting(column, exact, SURE, "alias", known.shown.get(key, column.header))
    if key in known.beside:
        return []
    like = _similar(key, known) if column.look.filled else None
    if like is None:
        return []
    near = [field for field in known.aliases[like] if field in kind.fields]
    return _fitting(column, near, LIKELY, "similar", known.shown[like])


def _fitting(column: Column, fields: Sequence[str], certainty: str, reason: str, like: str) -> list[Placement]:
    """The first field that the values agree with, and beside it whom the column names."""
    good = [field for field in fields if fits(field, column.look)]
    first = [field for field in good if field not in _MANY][:1]
    whose = [field for field in good if field in _MANY]
    if first and whose and good[0] not in _MANY:
        whose = []
    return [Placement(column, field, certainty, reason, like) for field in (*([] if whose else first), *whose)]


def _similar(key: str, known: Vocabulary) -> str | None:
    """The known header that is most like this one; None when none is, or when it is more like one nobody reads."""
    from rapidfuzz import fuzz, process

    chinese = not key.isascii()
    if len(key) < (3 if chinese else 4):
        return None
    cutoff = _SIMILAR_CHINESE if chinese else _SIMILAR_LATIN
    names = [*known.aliases, *known.beside]
    found = process.extractOne(key, names, scorer=fuzz.ratio, score_cutoff=cutoff)
    tails = [name for name in names if not name.isascii() and len(name) >= _TAIL and key.endswith(name)]
    if found is None and chinese and tails:
        longest = max(tails, key=len)
        is_enough = len(longest) > _TAIL or bool(_SHORT_TAILS & set(known.aliases.get(longest, ())))
        return longest if longest in known.aliases and is_enough else None
    if found is None:
        return None
    like = str(found[0])
    return like if like in known.aliases else None


def _settled(wanted: Sequence[Placement], known: Vocabulary) -> list[Placement]:
    """One column a field; an account may stand in several."""
    best: dict[tuple[str, int], Placement] = {}
    for one in wanted:
        place = (one.field, one.column.index if one.field == ACCOUNT else -1)
        if place not in best or _order(one, known) < _order(best[place], known):
            best[place] = one
    return list(best.values())


def _order(one: Placement, known: Vocabulary) -> tuple[int, bool, int, int]:
    key = loose(one.column.header)
    rank = known.ranks.get((one.field, key), 1000)
    return CERTAINTIES.index(one.certainty), one.column.look.filled == 0, rank, one.column.index


def _unplaced(column: Column, wanted: Sequence[Placement], known: Vocabulary) -> Placement:
    key = loose(column.header)
    if any(one.column.index == column.index for one in wanted):
        return Placement(column, reason="taken", like=next(one.field for one in wanted if one.column == column))
    if key in known.aliases:
        return Placement(column, reason="unlike", like=known.aliases[key][0])
    if key in known.beside:
        return Placement(column, reason="beside", like=known.beside[key])
    return Placement(column)


def _by_values(found: Sequence[Placement], kind: Kind) -> list[Placement]:
    """Columns without a field that their values alone are enough for."""
    done = {one.field for one in found if one.field}
    result: list[Placement] = []
    for one in found:
        placed = one
        if not one.field and one.reason != "beside":
            for field, is_it in UNMISTAKABLE.items():
                if field in kind.fields and field not in done and is_it(one.column.look):
                    placed = replace(one, field=field, certainty=LIKELY, reason="values", like="")
                    done.add(field)
                    break
        result.append(placed)
    return result


def by_field(found: Sequence[Placement]) -> Mapping[str, Placement]:
    """Field → its placement; of several accounts the first."""
    fields: dict[str, Placement] = {}
    for one in found:
        if one.field:
            fields.setdefault(one.field, one)
    return fields
