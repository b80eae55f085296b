"""What every word of an answer means, in both languages: the one place behind `define`, its pages and footnotes.

The texts lie beside this module, one TOML file a subject. A table is named by what the word is (`column`, or the column
whose codes are named, such as `tier`; `term` for any other word) and its code. Titles are those of `text.titles` and
`text.names` unless the entry has its own.
"""

import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from custtier.text import LANGS, Catalogue, Lang
from custtier.text.names import names_of
from custtier.text.titles import one_side, title_of

COLUMN: Final = "column"
FOLDER: Final = Path(__file__).parent
SUBJECTS: Final = (
    "basics",
    "customers",
    "figures",
    "moments",
    "groups",
    "alike",
    "moves",
    "next",
    "value",
    "prospects",
    "backtest",
    "grades",
    "channels",
    "growth",
    "people",
    "picks",
    "referrals",
    "tags",
    "imports",
    "reasons",
    "exclusions",
    "health",
    "formats",
    "glossary",
)
"""The files, in the order in which they are read through."""

_ADDED: Final = re.compile(r"\s*[(（][^)）]*[)）]$")
"""What stands in brackets at the end of a title, such as its unit."""

LEAST_LIKE: Final = 60.0
"""Words that are less like what was typed are no suggestion."""
SAME: Final = 80.0
"""From here on a word is taken for a misspelt one: one letter of five."""

Texts = Mapping[Lang, str]


@dataclass(frozen=True)
class Definition:
    """What one word means.

    Args:
        context: `column`, `term`, or the column whose code it is.
        code: As in machine forms.
        subject: One of `SUBJECTS`.
        meanings: A sentence or a few, in each language.
        titles: Where the word has none in `text.titles` and `text.names`.
        formulas: How a figure comes about; empty for none.
        sources: Book or paper; empty for none.
        rules: The part of `docs/rules.md` that settles it; empty for none.
        see: Words near to it, `context.code`.
        words: What else people call it, in any language.
        covers: A pattern of the columns that it stands for, besides its own; empty for none.
    """

    context: str
    code: str
    subject: str
    meanings: Texts
    titles: Texts
    formulas: Texts
    sources: Texts
    rules: str
    see: tuple[str, ...]
    words: tuple[str, ...]
    covers: str

    @property
    def place(self) -> str:
        """Context and code, which no other definition has."""
        return f"{self.context}.{self.code}"

    def title(self, catalogue: Catalogue) -> str:
        """What the word is called in a language."""
        if self.titles:
            return self.titles[catalogue.lang]
        if self.context == COLUMN:
            return title_of(self.code, catalogue)
        return names_of(self.context, catalogue)[self.code]


def plain(text: str) -> str:
    """A text as it is compared: no matter the case, the width of characters, and what stands between words.

    Examples:
        >>> plain(" Net_Sales "), plain("ＲＦＭ")
        ('net sales', 'rfm')
    """
    return " ".join(re.sub(r"[\s_\-]+", " ", unicodedata.normalize("NFKC", text)).casefold().split())


@cache
def definitions() -> tuple[Definition, ...]:
    """Every definition, subject by subject, in the order of the files."""
    return tuple(found for subject in SUBJECTS for found in _of_subject(subject))


def _of_subject(subject: str) -> Iterable[Definition]:
    with (FOLDER / f"{subject}.toml").open("rb") as file:
        contexts = tomllib.load(file)
    for context, entries in contexts.items():
        for code, entry in entries.items():
            yield Definition(
                context=context,
                code=code,
                subject=subject,
                meanings={lang: entry[lang] for lang in LANGS},
                titles=entry.get("title", {}),
                formulas=entry.get("formula", {}),
                sources=entry.get("source", {}),
                rules=entry.get("rules", ""),
                see=tuple(entry.get("see", ())),
                words=tuple(entry.get("words", ())),
                covers=entry.get("covers", ""),
            )


@cache
def _forms() -> Mapping[str, frozenset[str]]:
    """Place → all that the word is found by, as `plain`."""
    catalogues = [Catalogue(lang) for lang in LANGS]
    found = {}
    for one in definitions():
        titles = [one.title(catalogue) for catalogue in catalogues]
        bare = [_ADDED.sub("", title) for title in titles]
        found[one.place] = frozenset(map(plain, (one.code, one.place, *titles, *bare, *one.words)))
    return found


def definition_of(place: str) -> Definition | None:
    """The definition of `context.code`; of a column also by a pattern that covers it. None when there is none."""
    context, _, code = place.partition(".")
    wanted = {place, f"{context}.{one_side(code)}"}
    for one in definitions():
        is_covered = one.context == context and one.covers and re.fullmatch(one.covers, code)
        if one.place in wanted or is_covered:
            return one
    return None


def called(text: str) -> tuple[Definition, ...]:
    """The definitions of everything that is called exactly so; several where a word stands for several things."""
    typed = plain(text)
    covered = definition_of(f"{COLUMN}.{typed.replace(' ', '_')}")
    return tuple(one for one in definitions() if typed in _forms()[one.place] or one is covered)


def near(text: str, *, most: int = 5) -> tuple[tuple[Definition, float], ...]:
    """The words that a text may have meant, the likeliest first, each with how like it is (0 to 100).

    A word that holds the whole text comes before one that only looks like it.

    Args:
        text: As typed.
        most: How many at most.
    """
    from rapidfuzz import fuzz

    typed = plain(text)
    if not typed:
        return ()
    found = [(one, max(_likeness(typed, form, fuzz.ratio) for form in _forms()[one.place])) for one in definitions()]
    likely = sorted((pair for pair in found if pair[1] >= LEAST_LIKE), key=lambda pair: -pair[1])
    return tuple(likely[:most])


def _likeness(typed: str, form: str, ratio: Callable[[str, str], float]) -> float:
    likeness = float(ratio(typed, form))
    # a part of a word says more than its share of the letters
    is_part = typed in form and (len(typed) > 2 or not typed.isascii()) and len(typed) > 1
    return max(likeness, 75.0 + likeness / 5) if is_part else likeness
