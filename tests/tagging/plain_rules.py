"""Tag rules judged in slow plain Python, one customer at a time: the second route of the tests."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fnmatch import fnmatchcase

from custtier.tagging.nodes import (
    All,
    Among,
    AnyOf,
    Arithmetic,
    AsOf,
    Bought,
    Compare,
    Condition,
    Constant,
    FieldValue,
    Holds,
    IsTrue,
    Like,
    Missing,
    Not,
    Tagged,
    Value,
)

Row = Mapping[str, object]


def judge(condition: Condition, row: Row, *, as_of: date) -> bool | None:
    """Yes, no, or None for what cannot be told."""
    match condition:
        case All(parts):
            found = [judge(part, row, as_of=as_of) for part in parts]
            return False if False in found else None if None in found else True
        case AnyOf(parts):
            found = [judge(part, row, as_of=as_of) for part in parts]
            return True if True in found else None if None in found else False
        case Not(part):
            inner = judge(part, row, as_of=as_of)
            return None if inner is None else not inner
        case Missing(value):
            return worth(value, row, as_of=as_of) is None
        case Compare(left, sign, right):
            return compare(worth(left, row, as_of=as_of), sign, worth(right, row, as_of=as_of))
        case Among(value, choices):
            mine = worth(value, row, as_of=as_of)
            return None if mine is None else mine in [worth(one, row, as_of=as_of) for one in choices]
        case IsTrue(value):
            return bool(row[value.name])
        case Bought(text, is_category, days):
            return bool(row[f"bought {text} {is_category} {days}"])
        case Tagged(tag):
            return tag.lower() in [one.lower() for one in row["tags"]]  # type: ignore[attr-defined]
        case Holds(value, text):
            return text_test(row[value.name], lambda one: text.lower() in one, lambda one: text.lower() == one)
        case Like(value, pattern):
            form = pattern.lower().replace("[", "[[]")
            return text_test(row[value.name], *[lambda one: fnmatchcase(one, form)] * 2)


def text_test(found, of_text, of_list) -> bool | None:  # texts, lists of texts, or nothing
    if isinstance(found, list):
        return any(of_list(one.lower()) for one in found)
    return None if found is None else of_text(found.lower())


def compare(left: object, sign: str, right: object) -> bool | None:
    if left is None or right is None:
        return None
    return {
        "=": left == right,
        "!=": left != right,
        "<": left < right,  # type: ignore[operator]
        "<=": left <= right,  # type: ignore[operator]
        ">": left > right,  # type: ignore[operator]
        ">=": left >= right,  # type: ignore[operator]
    }[sign]


def worth(value: Value, row: Row, *, as_of: date):  # a number, a text or nothing
    match value:
        case FieldValue(name, _):
            found = row[name]
            return found.toordinal() if isinstance(found, date) else found.lower() if isinstance(found, str) else found
        case AsOf():
            return as_of.toordinal()
        case Constant(found, _):
            if isinstance(found, Decimal):
                return int(found) if found == found.to_integral_value() else float(found)
            return found.toordinal() if isinstance(found, date) else found.lower() if isinstance(found, str) else found
        case Arithmetic(sign, left, right, _):
            one, other = worth(left, row, as_of=as_of), worth(right, row, as_of=as_of)
            if one is None or other is None or (sign == "/" and other == 0):
                return None
            if sign in "+-":
                return one + other if sign == "+" else one - other
            return float(one) * float(other) if sign == "*" else float(one) / float(other)
