"""What is wrong with a rule, said with the place where it is."""

from custtier.errors import CusttierError, usage_error
from custtier.text import message

HINT = message("try it with: custtier tag test 'RULE'; what a rule may say stands in docs/tags.md")
_AROUND = 16


def fault(wrong: str, rule: str, *, place: int, hint: str = HINT, **values: object) -> CusttierError:
    """The error `bad-tag-rule`; whoever knows the tag fills in its name.

    Args:
        wrong: A catalogue message, which may use {tag}, {place}, {near} and the values.
        rule: The condition.
        place: Where in it, from 0.
        hint: What to do.
        values: What else fills the places.
    """
    return usage_error("bad-tag-rule", wrong, hint=hint, tag="", place=place + 1, near=_excerpt(rule, place), **values)


def named(error: CusttierError, *, tag: str, offset: int = 0) -> CusttierError:
    """The same error with the tag's name and places counted in the whole line of the settings."""
    values = {**error.values, "tag": tag}
    place = values.get("place")
    if isinstance(place, int):
        values["place"] = place + offset
    return CusttierError(error.code, error.message, hint=error.hint, exit_code=error.exit_code, values=values)


def _excerpt(rule: str, place: int) -> str:
    """The rule around a place."""
    return rule[max(0, place - _AROUND) : place + _AROUND].strip()
