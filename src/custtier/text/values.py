"""Values of messages as people read them: formats by their names, reasons and causes of trouble in words."""

import errno
import os
import re
from collections.abc import Callable, Mapping
from typing import Final

from custtier.text import Catalogue, message
from custtier.text.names import names_of
from custtier.text.titles import title_of

_MISSING: Final = message("it does not exist")
_FORBIDDEN: Final = message("there is no permission for it")
_IS_FOLDER: Final = message("it is a folder")
_NO_FOLDER: Final = message("a part of its path is no folder")
_IN_THE_WAY: Final = message("something of this name is in the way")
_FULL: Final = message("the disk is full")
_READ_ONLY: Final = message("the disk takes nothing, it can only be read")
_TOO_LONG: Final = message("its name is too long")
_BROKEN: Final = message("the disk answers with an error")
_REFUSED: Final = message("the disk or the folder does not take it")

_CAUSES: Final[Mapping[int, str]] = {
    errno.ENOENT: _MISSING,
    errno.EACCES: _FORBIDDEN,
    errno.EPERM: _FORBIDDEN,
    errno.EISDIR: _IS_FOLDER,
    errno.ENOTDIR: _NO_FOLDER,
    errno.EEXIST: _IN_THE_WAY,
    errno.ENOSPC: _FULL,
    errno.EROFS: _READ_ONLY,
    errno.ENAMETOOLONG: _TOO_LONG,
    errno.EIO: _BROKEN,
}

CAUSES: Final[Mapping[str, str]] = {
    **{os.strerror(number): text for number, text in _CAUSES.items()},
    FileNotFoundError.__name__: _MISSING,
    PermissionError.__name__: _FORBIDDEN,
    "no permission to write": _FORBIDDEN,
    IsADirectoryError.__name__: _IS_FOLDER,
    NotADirectoryError.__name__: _NO_FOLDER,
    FileExistsError.__name__: _IN_THE_WAY,
    OSError.__name__: _REFUSED,
}
"""What the system calls a trouble with a file, or the kind of its error → an English message."""

_LEADING: Final = re.compile("^[a-z_]+")
_COUNTED: Final = re.compile(r"([a-z_]+) (\d+)")


def problem_text(problem: str, catalogue: Catalogue) -> str:
    """A cause of trouble in the catalogue's language; as it is when it is none of `CAUSES`."""
    return catalogue.fill(CAUSES[problem], {}) if problem in CAUSES else problem


def reasons_text(reasons: str, catalogue: Catalogue) -> str:
    """Counted reasons such as `bad_amount 2, bad_date 1`, by their names."""
    names = names_of("reason", catalogue)
    return catalogue.listed(
        catalogue.say(message("{reason}: {rows}"), reason=names.get(reason, reason), rows=rows)
        for reason, rows in _COUNTED.findall(reasons)
    )


def conditions_text(conditions: str, catalogue: Catalogue) -> str:
    """Conditions of an exclusion such as `phones (1); gift`, each under its name."""
    names, detectors = names_of("condition", catalogue), names_of("detector", catalogue)
    found = []
    for part in conditions.split("; "):
        key, sign, value = part.partition(" = ")
        said = _LEADING.sub(lambda code: names.get(code[0], code[0]), key)
        found.append(f"{said}{sign}{detectors.get(value, value) if key == 'detector' else value}")
    return "; ".join(found)


def fields_text(fields: str, catalogue: Catalogue) -> str:
    """Fields of a format of which one is needed, such as `gross|amount`, by their names."""
    names = names_of("field", catalogue)
    return " / ".join(names.get(field, field) for field in fields.split("|"))


def columns_text(columns: str, catalogue: Catalogue) -> str:
    """Columns of a list such as `strength, decision`: their titles, and what they are called in machine forms."""
    return catalogue.listed(f"{title_of(column, catalogue)} ({column})" for column in columns.split(", "))


def rule_text(rule: str, catalogue: Catalogue) -> str:
    """A rule or model that forecasts, by its name."""
    return names_of("forecast_rule", catalogue).get(rule, rule)


def models_text(models: str, catalogue: Catalogue) -> str:
    """Models such as `nbd, mbg-nbd`, by their names."""
    return catalogue.listed(rule_text(model, catalogue) for model in models.split(", "))


def in_words(values: Mapping[str, object], catalogue: Catalogue) -> dict[str, object]:
    """The values of an error's texts, with `problem`, `reasons` and codes of fields in the catalogue's language."""
    found = dict(values)
    for place, say in _SAID.items():
        if isinstance(found.get(place), str):
            found[place] = say(str(found[place]), catalogue)
    return found


_SAID: Final[Mapping[str, Callable[[str, Catalogue], str]]] = {
    "problem": problem_text,
    "reasons": reasons_text,
    "conditions": conditions_text,
    "needed_field": fields_text,
    "needed_columns": columns_text,
    "forecast_rule": rule_text,
    "simple_rule": rule_text,
    "models": models_text,
}
"""Place of a text → what says its value."""


def by_name(values: Mapping[str, object], catalogue: Catalogue) -> dict[str, object]:
    """The values of a note: `in_words`, and formats by their names."""
    found = in_words(values, catalogue)
    profile = str(found.get("profile", ""))
    return {**found, "profile": names_of("profile", catalogue).get(profile, profile)} if profile else found
