"""What a user's own schemes of classes may say: classes by scores or by high and low; each customer in exactly one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, ClassVar, Final

from custtier.text import message

STRICT: Final[dict[str, Any]] = {"extra": "forbid", "strict": False}

BUILT_IN: Final = ("chinese8", "grid10")
"""Schemes that come with custtier."""

LETTERS: Final = ("r", "f", "m")
LEVELS: Final = ("high", "low")
SCORES: Final = ("1", "2", "3", "4", "5")

Fault = tuple[str, dict[str, object]]
"""What is wrong (a message), and what fills its places."""

Cell = tuple[str, ...]
"""Of each letter a score or a level; empty where the scheme does not look at the letter."""


@dataclass(frozen=True)
class SchemeClass:
    """Some of the customers of a class; several with one code make it up together.

    Args:
        code: What machine formats call the class.
        zh: Its Chinese name; that of the first with this code counts, the code when there is none.
        en: Its English name, likewise.
        r: Scores of recency such as `4-5` or `3`, or `high` or `low`; empty for any.
        f: The same of frequency.
        m: The same of money.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    code: str
    zh: str = ""
    en: str = ""
    r: str | int = ""
    f: str | int = ""
    m: str | int = ""

    def meant(self, letter: str) -> tuple[str, ...] | None:
        """The scores or levels that are written for a letter; empty for any, None when nothing is meant by it."""
        text = str(getattr(self, letter)).strip().lower().replace("–", "-")
        if not text or text in LEVELS:
            return (text,) if text else ()
        first, _, last = (part.strip() for part in text.partition("-"))
        if first not in SCORES or (last or first) not in SCORES or (last or first) < first:
            return None
        return tuple(score for score in SCORES if first <= score <= (last or first))


@dataclass(frozen=True)
class Scheme:
    """A scheme of the user's own.

    Args:
        name: What `--scheme` calls it.
        classes: In the order in which they are shown.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    name: str
    classes: tuple[SchemeClass, ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        """Each class once, in their order."""
        return tuple(dict.fromkeys(one.code for one in self.classes))

    @property
    def labels(self) -> Mapping[str, Mapping[str, str]]:
        """Code → language → name."""
        found: dict[str, dict[str, str]] = {}
        for one in self.classes:
            named = found.setdefault(one.code, {})
            for lang, text in (("zh", one.zh), ("en", one.en)):
                if text.strip() and text.isprintable():
                    named.setdefault(lang, text.strip())
        return found

    def values(self, letter: str) -> tuple[str, ...]:
        """What the scheme tells apart by a letter: the five scores, high and low, or nothing (one empty value)."""
        meant = {value for one in self.classes for value in one.meant(letter) or ()}
        if not meant:
            return ("",)
        return LEVELS if meant & set(LEVELS) else SCORES

    def cells(self) -> Mapping[Cell, tuple[str, ...]]:
        """Every cell, R slowest and M fastest, with the classes that hold it; one each in a scheme without faults."""
        boxes = [(one.code, [one.meant(letter) or () for letter in LETTERS]) for one in self.classes]
        return {
            cell: tuple(
                dict.fromkeys(
                    code
                    for code, box in boxes
                    if all(not side or value in side for value, side in zip(cell, box, strict=True))
                )
            )
            for cell in product(*(self.values(letter) for letter in LETTERS))
        }


def schemes_faults(schemes: Sequence[Scheme]) -> Iterable[Fault]:
    """What about the schemes has no meaning."""
    names: set[str] = set()
    for number, scheme in enumerate(schemes, start=1):
        if not _is_word(scheme.name):
            yield message("{path} cannot be used: scheme {number} needs a name without spaces"), {"number": number}
        elif scheme.name in names or scheme.name.lower() in BUILT_IN:
            yield message("{path} cannot be used: there is another scheme called {name!r}"), {"name": scheme.name}
        else:
            yield from _scheme_faults(scheme)
        names.add(scheme.name)


def _scheme_faults(scheme: Scheme) -> Iterable[Fault]:
    wrong: list[Fault] = [*_written_faults(scheme)]
    yield from wrong or _cell_faults(scheme)


def _written_faults(scheme: Scheme) -> Iterable[Fault]:
    """Classes that cannot be read."""
    named: dict[str, object] = {"name": scheme.name}
    if not scheme.classes:
        yield message("{path} cannot be used: scheme {name!r} has no classes"), named
    for one in scheme.classes:
        if not _is_word(one.code):
            yield message("{path} cannot be used: scheme {name!r}: each class needs a code without spaces"), named
        for letter in LETTERS:
            if one.meant(letter) is None:
                wrong = message(
                    "{path} cannot be used: scheme {name!r}, class {called!r}: {letter} is {value!r}, scores such as "
                    "4-5 or 3, or high or low are expected"
                )
                yield wrong, {**named, "called": one.code, "letter": letter, "value": getattr(one, letter)}
    for letter in LETTERS:
        meant = {value for one in scheme.classes for value in one.meant(letter) or ()}
        if meant & set(LEVELS) and meant - set(LEVELS):
            wrong = message(
                "{path} cannot be used: scheme {name!r} tells {letter} by scores in one class and by high or low in "
                "another"
            )
            yield wrong, {**named, "letter": letter}


def _is_word(text: str) -> bool:
    return text.split() == [text] and text.isprintable()


def _cell_faults(scheme: Scheme) -> Iterable[Fault]:
    """Customers who would be in no class, or in two."""
    for cell, codes in scheme.cells().items():
        who = ", ".join(f"{letter} {value}" for letter, value in zip(LETTERS, cell, strict=True) if value)
        if not codes:
            wrong = message("{path} cannot be used: scheme {name!r}: no class holds customers of {cell}")
            yield wrong, {"name": scheme.name, "cell": who}
        elif len(codes) > 1:
            wrong = message("{path} cannot be used: scheme {name!r}: {codes} both hold customers of {cell}")
            yield wrong, {"name": scheme.name, "cell": who or "-", "codes": ", ".join(codes[:2])}
