"""Why a column of a draft was placed as it was, in words."""

from collections.abc import Mapping
from typing import Final

from custtier.sources.drafting.place import Placement
from custtier.text import Catalogue, message
from custtier.text.names import names_of

_WHYS: Final[Mapping[str, str]] = {
    "alias": message("a known header"),
    "similar": message("its header is like {like}"),
    "values": message("by the look of its values"),
    "asked": message("you said so"),
    "beside": message("a known header, of something that nobody reads: {beside}"),
    "unlike": message("its header says {field}, its values do not"),
    "taken": message("another column is taken for it: {field}"),
    "unknown": message("nothing is known of it"),
}
"""Reason of a placement → what is said of it."""


def why(one: Placement, catalogue: Catalogue) -> str:
    """Why a column was placed, or was not."""
    return catalogue.say(
        _WHYS[one.reason],
        like=one.like,
        beside=names_of("beside", catalogue).get(one.like, one.like),
        field=names_of("field", catalogue).get(one.like, one.like),
    )
