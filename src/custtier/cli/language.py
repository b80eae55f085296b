"""The language of this run: the option, the environment, the settings, the locale, in this order."""

import os
import sys
from collections.abc import Sequence

from custtier.text import LANGS, Lang


def chosen_language(words: Sequence[str]) -> Lang:
    """The language to speak, known before the options are parsed, so that help and usage errors speak it too.

    Args:
        words: The command line without the program's name.
    """
    for wish in (typed_language(words), os.environ.get("CUSTTIER_LANG"), settings_language(), locale_name()):
        if wish:
            return language_of(wish)
    return "en"


def language_of(name: str) -> Lang:
    """The language of a locale's name: Chinese when it says so, else English.

    Examples:
        >>> language_of("zh_CN.UTF-8"), language_of("C"), language_of("de_DE")
        ('zh', 'en', 'en')
    """
    return "zh" if name.lower().startswith(("zh", "chinese")) else "en"


def typed_language(words: Sequence[str]) -> str | None:
    """What stands after the last `--lang` before `--`; None when it is no language of ours."""
    found = None
    for number, word in enumerate(words):
        if word == "--":
            break
        if word == "--lang" and number + 1 < len(words):
            found = words[number + 1]
        elif word.startswith("--lang="):
            found = word.partition("=")[2]
    return found.lower() if found and found.lower() in LANGS else None


def settings_language() -> str | None:
    """`lang` of the settings file; None when it has none or cannot be read, which the command itself reports."""
    import tomllib

    from custtier.settings import settings_folder

    try:
        found = tomllib.loads((settings_folder() / "settings.toml").read_text(encoding="utf-8-sig")).get("lang")
    except (OSError, ValueError):
        return None
    return found if isinstance(found, str) else None


def locale_name() -> str:
    """The locale's name for messages, from the environment; on Windows without one, of the user interface."""
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        named = os.environ.get(variable)
        if named:
            return named
    if sys.platform == "win32":
        import ctypes
        import locale

        return locale.windows_locale.get(ctypes.windll.kernel32.GetUserDefaultUILanguage(), "")
    return ""
