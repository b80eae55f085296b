"""What is said to people: one catalogue per language, English messages in the code, translations beside it."""

import gettext
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Final, Literal

Lang = Literal["en", "zh"]
LANGS: Final[tuple[Lang, ...]] = ("en", "zh")
Labels = Mapping[str, Mapping[str, Mapping[str, str]]]
DOMAIN: Final = "custtier"
LOCALE: Final = Path(__file__).parent / "locale"


class _Places(dict[str, object]):
    """Values of a message's places; a place without a value stays as it is written."""

    def __missing__(self, place: str) -> str:
        return "{" + place + "}"


class Catalogue:
    """The messages, names and titles of one language.

    Args:
        lang: `en` or `zh`.
        labels: Names of the user's own: column → code → language → name.
    """

    def __init__(self, lang: Lang, labels: Labels | None = None) -> None:
        self.lang: Lang = lang
        self._labels: Labels = labels or {}
        self._texts = _texts(lang)

    def say(self, message: str, /, **values: object) -> str:
        """The message in this language, its places filled."""
        return self.fill(message, values)

    def fill(self, message: str, values: Mapping[str, object]) -> str:
        """The message in this language, its places filled from a mapping."""
        if not message:
            return ""
        return self._texts.gettext(message).format_map(_Places(values))

    def own_names(self, column: str) -> dict[str, str]:
        """Code → name, for the codes of a column that the user has named; in the other language where need be."""
        found = self._labels.get(column, {})
        return {code: named.get(self.lang) or next(iter(named.values()), code) for code, named in found.items()}

    def listed(self, words: Iterable[str]) -> str:
        """Words in a row: `a, b`, in Chinese `a、b`."""
        return ("、" if self.lang == "zh" else ", ").join(words)

    def word(self, context: str, english: str) -> str:
        """A short word whose translation hangs on where it stands, such as the title of a column."""
        return self._texts.pgettext(context, english)


@cache
def _texts(lang: Lang) -> gettext.NullTranslations:
    if lang == "en":
        return gettext.NullTranslations()
    return gettext.translation(DOMAIN, localedir=LOCALE, languages=[lang], fallback=True)


def message(english: str) -> str:
    """The same text: marks a message that is said later, so that the catalogue finds it."""
    return english
