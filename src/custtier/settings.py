"""The user's settings: their defaults, the TOML file that changes them, and where things lie on this machine."""

import os
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from custtier.errors import usage_error

FORBID_EXTRA: dict[str, Any] = {"extra": "forbid", "strict": False}


@dataclass(frozen=True)
class ChurnLevels:
    """Where the warning levels begin.

    Args:
        fixed: Parts of the typed days at which watch and warning begin (rounded up); lapsed begins at the days.
        own: Overdue ratios at which watch, warning and lapsed begin.
        shop: Quantiles of the shop's gaps at which watch, warning and lapsed begin.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = FORBID_EXTRA
    fixed: tuple[float, float] = (2 / 3, 5 / 6)
    own: tuple[float, float, float] = (1.5, 2.0, 3.0)
    shop: tuple[float, float, float] = (0.50, 0.80, 0.95)


@dataclass(frozen=True)
class TierCuts:
    """Shares of customers, best first, at which each named tier ends; regular is the rest."""

    __pydantic_config__: ClassVar[dict[str, Any]] = FORBID_EXTRA
    core: float = 0.05
    important: float = 0.20
    growing: float = 0.50


@dataclass(frozen=True)
class Settings:
    """All that a user may set, with what holds when they set nothing.

    Args:
        zone: The shop's time zone (IANA name): it decides the calendar day of an instant.
        currency: Taken for files that name none and whose profile names none.
        store: Folder of the store; empty means the user data folder.
        lang: `zh`, `en` or empty for the locale's.
        lock_wait_seconds: How long a writer waits for another one.
        shared_phone_accounts: A phone usual to more accounts of one platform than this merges nobody.
        churn_levels: See `ChurnLevels`.
        tier_cuts: See `TierCuts`.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = FORBID_EXTRA
    zone: str = "Asia/Shanghai"
    currency: str = "CNY"
    store: str = ""
    lang: str = ""
    lock_wait_seconds: float = 5.0
    shared_phone_accounts: int = 3
    churn_levels: ChurnLevels = field(default_factory=ChurnLevels)
    tier_cuts: TierCuts = field(default_factory=TierCuts)


def settings_folder() -> Path:
    """The folder of settings and of the id key: `CUSTTIER_SETTINGS`, else the user config folder."""
    named = os.environ.get("CUSTTIER_SETTINGS")
    if named:
        return Path(named)
    from platformdirs import user_config_path

    return user_config_path("custtier")


def store_folder(option: Path | None, settings: Settings) -> Path:
    """The folder of the store: option, else `CUSTTIER_STORE`, else settings, else the user data folder."""
    named = option or os.environ.get("CUSTTIER_STORE") or settings.store
    if named:
        return Path(named).expanduser()
    from platformdirs import user_data_path

    return user_data_path("custtier") / "store"


def load_settings(folder: Path | None = None) -> Settings:
    """The settings in `settings.toml` of the settings folder; the defaults when there is none.

    Raises:
        CusttierError: `bad-settings` when the file cannot be read or names something unknown.
    """
    path = (folder or settings_folder()) / "settings.toml"
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return Settings()
    except (OSError, UnicodeDecodeError) as problem:
        raise _bad_settings(path, str(problem)) from problem
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise _bad_settings(path, str(problem)) from problem
    return _validated(path, found)


def _validated(path: Path, found: dict[str, Any]) -> Settings:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    from pydantic import TypeAdapter, ValidationError

    try:
        settings = TypeAdapter(Settings).validate_python(found)
    except ValidationError as problem:
        first = problem.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise _bad_settings(path, f"{where}: {first['msg']}") from problem
    try:
        ZoneInfo(settings.zone)
    except (ZoneInfoNotFoundError, ValueError) as problem:
        raise _bad_settings(path, f"zone: {settings.zone!r} is no time zone") from problem
    return settings


def _bad_settings(path: Path, problem: str) -> Exception:
    return usage_error(
        "bad-settings",
        "{path} cannot be used: {problem}",
        hint="mend the line, or move the file away to use the defaults",
        path=str(path),
        problem=problem,
    )
