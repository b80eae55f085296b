"""What is wrong with a rule, said with the place where it is."""

from functools import partial

from custtier.errors import CusttierError, usage_error
from custtier.text import message

HINT = message(
    "try it with: custtier tag test --rule RULE; the fields are listed by: custtier tag fields; what else a rule may "
    "say stands in docs/tags.md"
)

_bad = partial(usage_error, "bad-tag-rule")


def fault(wrong: str, *, place: int, hint: str = HINT, **values: str) -> CusttierError:
    """The error `bad-tag-rule`; whoever knows the tag fills in its name.

    Args:
        wrong: A catalogue message, which may use {tag}, {place} and the values.
        place: Where in the condition, from 0.
        hint: What to do.
        values: What else fills the places.
    """
    return _bad(wrong, hint=hint, tag="", place=place + 1, **values)


def named(error: CusttierError, *, tag: str, offset: int = 0) -> CusttierError:
    """The same error with the tag's name and places counted in the whole line of the settings."""
    values = {**error.values, "tag": tag}
    place = values.get("place")
    if isinstance(place, int):
        values["place"] = place + offset
    return _bad(error.message, hint=error.hint, **values)
