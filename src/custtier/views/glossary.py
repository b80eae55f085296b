"""Definitions as tables: what words mean, and which words there are."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Final

import polars as pl

from custtier.text import Catalogue
from custtier.text.definitions import COLUMN, SUBJECTS, Definition, definition_of, definitions
from custtier.units import VIEW_UNITS

TERM: Final = "term"
"""The context of words that are neither a column nor a code."""

RULES_PAGE: Final = "docs/rules.md"

CLASSES: Final = ("tier", "segment", "churn_level")
"""What customers are sorted into: columns such as `next_tier` and `tier_then` hold their codes too."""


def definition_table(found: Sequence[Definition], catalogue: Catalogue) -> pl.DataFrame:
    """One row per definition, in the order given.

    Args:
        found: The definitions.
        catalogue: The language of the texts.

    Returns:
        Text: `title`, `code`, `subject`, `meaning`, `formula`, `unit` (of `units.Unit`), `counted_by` (a place in the
        rules), `literature`, `see_also` (titles); null where there is nothing to say.
    """
    columns: dict[str, list[str | None]] = {
        "title": [one.title(catalogue) for one in found],
        "code": [one.code for one in found],
        "subject": [one.subject for one in found],
        "meaning": [one.meanings[catalogue.lang] for one in found],
        "formula": [one.formulas.get(catalogue.lang) for one in found],
        "unit": [unit_of_definition(one) for one in found],
        "counted_by": [f"{RULES_PAGE}#{one.rules}" if one.rules else None for one in found],
        "literature": [one.sources.get(catalogue.lang) for one in found],
        "see_also": [_near_ones(one, catalogue) for one in found],
    }
    return pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))


def subject_table(catalogue: Catalogue) -> pl.DataFrame:
    """One row per subject: `subject`, and `terms`, the titles of its words in one line."""
    titles: dict[str, list[str]] = {subject: [] for subject in SUBJECTS}
    for one in definitions():
        titles[one.subject].append(one.title(catalogue))
    listed = [catalogue.listed(dict.fromkeys(found)) for found in titles.values()]
    return pl.DataFrame({"subject": list(titles), "terms": listed})


def footnotes(frames: Iterable[pl.DataFrame], summary: Mapping[str, object]) -> tuple[Definition, ...]:
    """The definitions of all that an answer shows: its columns, then the codes in them, then its figures, each once.

    Args:
        frames: The tables that are shown.
        summary: Figures; a group is a mapping of part → value.
    """
    places: list[str] = []
    for frame in frames:
        places += [f"{COLUMN}.{column}" for column in frame.columns]
        for column in frame.columns:
            places += _codes_in(frame.get_column(column))
    for name, value in summary.items():
        parts = [f"{name}.{part}" for part in value] if isinstance(value, Mapping) else [name]
        places += [f"{COLUMN}.{part}" for part in parts]
    found = (definition_of(place) for place in places)
    return tuple({one.place: one for one in found if one is not None}.values())


def _codes_in(column: pl.Series) -> list[str]:
    """The places of the codes that stand in a column and have a definition."""
    context = next((one for one in CLASSES if f"_{one}_" in f"_{column.name}_"), column.name)
    codes = _codes().get(context)
    if codes is None or column.dtype != pl.String:
        return []
    found = column.filter(column.is_in(codes)).unique().to_list()
    return sorted(f"{context}.{code}" for code in found)


@cache
def _codes() -> Mapping[str, tuple[str, ...]]:
    """Column → the codes of it that have a definition."""
    found: dict[str, list[str]] = {}
    for one in definitions():
        if one.context not in {COLUMN, TERM}:
            found.setdefault(one.context, []).append(one.code)
    return {context: tuple(codes) for context, codes in found.items()}


def unit_of_definition(one: Definition) -> str | None:
    """The unit of a column; None for a word that is no figure."""
    unit = VIEW_UNITS.get(one.code) if one.context == COLUMN else None
    return None if unit is None else unit.value


def _near_ones(one: Definition, catalogue: Catalogue) -> str | None:
    found = [near for place in one.see if (near := definition_of(place)) is not None]
    return catalogue.listed(near.title(catalogue) for near in found) or None
