"""The code that somebody means who types it, or its name as the screen shows it, in either language."""

from collections.abc import Iterable, Mapping
from typing import Final

from custtier.errors import nearest
from custtier.text import Catalogue, Lang
from custtier.text.names import names_of

_LANGS: Final[tuple[Lang, ...]] = ("zh", "en")


def meant_code(
    typed: str, column: str, *, codes: Iterable[str] = (), titles: Mapping[str, Iterable[str]] | None = None
) -> str | None:
    """The code that a text means; None when it means none.

    Case and spaces make no difference, nor does an English plural.

    Args:
        typed: As typed.
        column: Whose codes and names they are, as in `names.NAMES`.
        codes: Only these, and they need no name; all that have a name when not given.
        titles: Code → further names.

    Examples:
        >>> meant_code("Orders", "kind"), meant_code("订单", "kind"), meant_code("淘宝", "platforms")
        ('order', 'order', 'taobao')
    """
    wanted = list(codes)
    for code, names in spoken_names(column, codes=wanted, titles=titles).items():
        if typed == code or _plain(typed) in {_plain(name) for name in (code, *names)}:
            return code
    return None


def nearest_code(typed: str, column: str, *, codes: Iterable[str]) -> str | None:
    """The code whose name is most like a misspelt text; None when none is."""
    named = {name: code for code, names in spoken_names(column, codes=codes).items() for name in (code, *names)}
    found = nearest(typed, named)
    return named[found] if found is not None else None


def spoken_names(
    column: str, *, codes: Iterable[str] = (), titles: Mapping[str, Iterable[str]] | None = None
) -> dict[str, list[str]]:
    """Code → its names in all languages."""
    by_language = [names_of(column, Catalogue(lang)) for lang in _LANGS]
    known = list(codes) or list(by_language[0])
    return {
        code: [*(names[code] for names in by_language if code in names), *(titles or {}).get(code, ())]
        for code in known
    }


def _plain(text: str) -> str:
    """As it is compared; a single word loses the `s` of its plural, the name of a format does not."""
    bare = "".join(text.split()).casefold()
    return bare.removesuffix("s") if bare.isascii() and "-" not in bare else bare
