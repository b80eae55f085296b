"""The user's settings: their defaults, the TOML file that changes them, and where things lie on this machine."""

import os
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from itertools import pairwise
from math import inf
from pathlib import Path
from typing import Any, ClassVar, Final

from custtier.errors import CusttierError, nearest, usage_error
from custtier.goals import Goals, goal_faults
from custtier.grading import GradeCuts, grade_faults
from custtier.picks import KeyPicks, KeyWeights, pick_faults
from custtier.rates import Rate, rate_faults
from custtier.referring import ReferralWords, referral_faults
from custtier.rules import Detectors, Rule, limit_faults, repeated_name, rule_faults
from custtier.schemes import Scheme, schemes_faults
from custtier.scoring import RfmCuts, cut_faults
from custtier.tags import WrittenTag, tag_faults
from custtier.text import message
from custtier.tiering import Tier, TierCuts, TierHysteresis, tier_faults

Bound = tuple[str, object, bool]
"""What is wrong when it does not hold, the value, whether it holds."""

_FULL_WIDTH: Final = {"“": '"', "”": '"', "‘": "'", "’": "'", "＝": "=", "【": "[", "】": "]", "，": ",", "＃": "#"}
"""Signs that a Chinese keyboard writes → what TOML expects."""

FORBID_EXTRA: dict[str, Any] = {"extra": "forbid", "strict": False}


@dataclass(frozen=True)
class ChurnLevels:
    """Where the warning levels begin.

    Args:
        fixed: Parts of the typed days at which watch and warning begin (rounded up); lapsed begins at the days.
        own: Overdue ratios at which watch, warning and lapsed begin.
        shop: Quantiles of the shop's gaps at which watch, warning and lapsed begin.
        model: Chances of a purchase in the coming days below which watch, warning and lapsed begin.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = FORBID_EXTRA
    fixed: tuple[float, float] = (2 / 3, 5 / 6)
    own: tuple[float, float, float] = (1.5, 2.0, 3.0)
    shop: tuple[float, float, float] = (0.50, 0.80, 0.95)
    model: tuple[float, float, float] = (0.30, 0.20, 0.10)


@dataclass(frozen=True)
class Settings:
    """All that a user may set, with what holds when they set nothing.

    Args:
        zone: The shop's time zone (IANA name): it decides the calendar day of an instant.
        currency: Taken for files that name none and whose profile names none.
        store: Folder of the store; empty means the user data folder.
        lang: `zh`, `en` or empty for the locale's.
        rates: Currency → what one unit of it is worth in `currency`.
        lock_wait_seconds: How long a writer waits for another one.
        shared_phone_accounts: A phone usual to more accounts of one platform than this merges nobody.
        churn_levels: See `ChurnLevels`.
        tiers: The tiers, best first.
        tier_hysteresis: See `TierHysteresis`.
        rfm_cuts: See `RfmCuts`.
        schemes: The user's own schemes of classes.
        key_weights: See `KeyWeights`.
        key_picks: See `KeyPicks`.
        grades: See `GradeCuts`.
        goals: See `Goals`.
        referrals: See `ReferralWords`.
        tags: The user's tag rules, in their order: `tags.tag_rule` tells name and condition apart.
        exclusions: The user's rules, in their order; a staff list's path is complete.
        detectors: From where on the detectors find an order suspicious.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = FORBID_EXTRA
    zone: str = "Asia/Shanghai"
    currency: str = "CNY"
    rates: dict[str, Rate] = field(default_factory=dict)
    store: str = ""
    lang: str = ""
    lock_wait_seconds: float = 5.0
    shared_phone_accounts: int = 3
    churn_levels: ChurnLevels = field(default_factory=ChurnLevels)
    tiers: tuple[Tier, ...] = TierCuts().tiers
    tier_hysteresis: TierHysteresis = field(default_factory=TierHysteresis)
    rfm_cuts: RfmCuts = field(default_factory=RfmCuts)
    schemes: tuple[Scheme, ...] = ()
    key_weights: KeyWeights = field(default_factory=KeyWeights)
    key_picks: KeyPicks = field(default_factory=KeyPicks)
    grades: GradeCuts = field(default_factory=GradeCuts)
    goals: Goals = field(default_factory=Goals)
    referrals: ReferralWords = field(default_factory=ReferralWords)
    tags: tuple[str | WrittenTag, ...] = ()
    exclusions: tuple[Rule, ...] = ()
    detectors: Detectors = field(default_factory=Detectors)

    @property
    def tier_cuts(self) -> TierCuts:
        """The tiers as views take them."""
        return TierCuts(self.tiers)


def settings_folder() -> Path:
    """The folder of settings and of the id key: `CUSTTIER_SETTINGS`, else the user config folder."""
    named = os.environ.get("CUSTTIER_SETTINGS")
    if named:
        return Path(named)
    from platformdirs import user_config_path

    return user_config_path("custtier")


def settings_file(folder: Path | None = None) -> Path:
    """The file of settings in this folder, else in the settings folder; it need not exist."""
    return (folder or settings_folder()) / "settings.toml"


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
    path = settings_file(folder)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return Settings()
    except UnicodeDecodeError as problem:
        raise _bad(path, message("{path} cannot be used: it is no UTF-8 text")) from problem
    except OSError as problem:
        raise _bad(
            path, message("{path} cannot be used: {problem}"), problem=problem.strerror or "OSError"
        ) from problem
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        place = re.search(r"line (\d+), column (\d+)", str(problem))
        if place is None:
            raise _bad(path, message("{path} cannot be used: it is no TOML, its end is missing")) from problem
        raise _no_toml(path, text, line=int(place[1]), column=int(place[2])) from problem
    settings = _validated(path, found)
    _check_bounds(path, settings)
    _check_rules(path, settings)
    _check_scoring(path, settings)
    placed = (
        replace(rule, staff_list=str(path.parent / Path(rule.staff_list).expanduser())) if rule.staff_list else rule
        for rule in settings.exclusions
    )
    return replace(settings, exclusions=tuple(placed))


def _no_toml(path: Path, text: str, *, line: int, column: int) -> CusttierError:
    """What is wrong with a file that is no TOML; of a sign from a Chinese keyboard, which sign is meant."""
    sign = text.split("\n")[line - 1][column - 1 : column]
    if sign in _FULL_WIDTH:
        fault = message("{path} cannot be used: line {line} has {sign} where {plain} is expected")
        return _bad(path, fault, line=line, sign=sign, plain=_FULL_WIDTH[sign])
    fault = message("{path} cannot be used: it is no TOML, the fault is in line {line} at character {column}")
    return _bad(path, fault, line=line, column=column)


def _validated(path: Path, found: dict[str, Any]) -> Settings:
    from pydantic import TypeAdapter, ValidationError

    try:
        return TypeAdapter(Settings).validate_python(found)
    except ValidationError as problem:
        first = problem.errors()[0]
        key = _key_of(first["loc"], found)
        if first["type"] in {"extra_forbidden", "unexpected_keyword_argument"}:
            near = _meant(first["loc"])
            if near is not None:
                fault = message("{path} cannot be used: there is no setting {key}; is {near} meant?")
                raise _bad(path, fault, key=key, near=near) from problem
            raise _bad(path, message("{path} cannot be used: there is no setting {key}"), key=key) from problem
        if first["type"] == "tuple_type":
            fault = message("{path} cannot be used: {key} is a list, it stands in square brackets: {example}")
            raise _bad(path, fault, key=key, example='["…"]') from problem
        fault = message("{path} cannot be used: {key} is of the wrong kind, or has too few or too many numbers")
        raise _bad(path, fault, key=key) from problem


def _meant(place: tuple[Any, ...]) -> str | None:
    """The setting, or the key of an exclusion rule or a tier, that a misspelt one most likely means."""
    if len(place) == 1:
        return nearest(str(place[0]), [one.name for one in fields(Settings)])
    inside = {"exclusions": Rule, "tiers": Tier, "tier_hysteresis": TierHysteresis}.get(str(place[0]))
    return None if inside is None else nearest(str(place[-1]), [one.name for one in fields(inside)])


def _key_of(place: tuple[Any, ...], found: dict[str, Any]) -> str:
    """The setting that a fault lies in; of a rule its name too: `exclusions "staff" phones`."""
    words = [str(part) for part in place if isinstance(part, str) and not _is_type(part)]
    if place[0] != "exclusions":
        return ".".join(words)
    rules = found["exclusions"]
    number = next((part for part in place if isinstance(part, int)), None)
    if number is None or not isinstance(rules, list) or not isinstance(rules[number], dict):
        return "exclusions"
    called = rules[number].get("name") or number + 1
    return " ".join([words[0], f'"{called}"', *words[1:2]])


def _is_type(part: str) -> bool:
    """Whether a part of a fault's place names one of several kinds that are taken, not a setting."""
    return part in {"bool", "int", "float", "str", "WrittenTag"} or part.startswith(("tuple[", "dict[", "function-"))


def _check_rules(path: Path, settings: Settings) -> None:
    """Return when every exclusion rule and every limit of the detectors has a meaning."""
    twice = repeated_name(settings.exclusions)
    if twice is not None:
        raise _bad(path, message("{path} cannot be used: two exclusions are called {name!r}"), name=twice)
    for number, rule in enumerate(settings.exclusions, start=1):
        for key, wrong, value in rule_faults(rule):
            raise _bad(path, wrong, rule=rule.name.strip() or number, key=key, value=value)
    for key, wrong, value in limit_faults(settings.detectors):
        raise _bad(path, wrong, key=key, value=value)


def _check_scoring(path: Path, settings: Settings) -> None:
    """Return when own cuts of scores, own schemes and own tiers have a meaning."""
    for key, wrong, value in cut_faults(settings.rfm_cuts):
        raise _bad(path, wrong, key=key, value=value)
    picking = pick_faults(settings.key_weights, settings.key_picks)
    for key, wrong, value in (*picking, *grade_faults(settings.grades), *goal_faults(settings.goals)):
        raise _bad(path, wrong, key=key, value=value)
    for key, wrong, value in referral_faults(settings.referrals):
        raise _bad(path, wrong, key=key, value=value)
    for wrong, values in (
        *schemes_faults(settings.schemes),
        *tier_faults(settings.tiers, settings.tier_hysteresis),
        *rate_faults(settings.rates, base=settings.currency),
        *tag_faults(settings.tags),
    ):
        raise _bad(path, wrong, **values)


def _check_bounds(path: Path, settings: Settings) -> None:
    """Return when every value lies where it has a meaning."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        ZoneInfo(settings.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as problem:
        raise _bad(
            path, message("{path} cannot be used: zone {value!r} is no time zone"), value=settings.zone
        ) from problem
    for fault, value, holds in (*_plain_bounds(settings), *_rising_bounds(settings)):
        if not holds:
            raise _bad(path, fault, value=value)


def _plain_bounds(settings: Settings) -> Iterable[Bound]:
    """What a setting of its own must fulfil."""
    return (
        (
            message("{path} cannot be used: currency is {value!r}, three capital letters such as CNY are expected"),
            settings.currency,
            re.fullmatch("[A-Z]{3}", settings.currency) is not None,
        ),
        (
            message("{path} cannot be used: lang is {value!r}, zh, en or nothing is expected"),
            settings.lang,
            settings.lang in {"zh", "en", ""},
        ),
        (
            message("{path} cannot be used: lock_wait_seconds is {value}, at least 0 is expected"),
            settings.lock_wait_seconds,
            0 <= settings.lock_wait_seconds < inf,
        ),
        (
            message("{path} cannot be used: shared_phone_accounts is {value}, at least 1 is expected"),
            settings.shared_phone_accounts,
            settings.shared_phone_accounts >= 1,
        ),
    )


def _rising_bounds(settings: Settings) -> Iterable[Bound]:
    """What settings of several numbers must fulfil."""
    levels = settings.churn_levels
    return (
        (
            message(
                "{path} cannot be used: churn_levels.fixed is {value}, parts that grow between 0 and 1 are expected"
            ),
            _listed(*levels.fixed),
            _rises(0, *levels.fixed, 1),
        ),
        (
            message("{path} cannot be used: churn_levels.own is {value}, ratios above 0 that grow are expected"),
            _listed(*levels.own),
            _rises(0, *levels.own, inf),
        ),
        (
            message(
                "{path} cannot be used: churn_levels.shop is {value}, quantiles that grow from 0 to 1 are expected"
            ),
            _listed(*levels.shop),
            levels.shop[0] >= 0 and _rises(*levels.shop) and levels.shop[-1] <= 1,
        ),
        (
            message(
                "{path} cannot be used: churn_levels.model is {value}, chances that fall between 1 and 0 are expected"
            ),
            _listed(*levels.model),
            _rises(0, *reversed(levels.model), 1),
        ),
    )


def _rises(*numbers: float) -> bool:
    return all(one < other for one, other in pairwise(numbers))


def _listed(*numbers: float) -> str:
    return ", ".join(f"{number:g}" for number in numbers)


def _bad(path: Path, fault: str, **values: object) -> CusttierError:
    return usage_error(
        "bad-settings",
        fault,
        hint="mend the line, or move the file away to use the defaults",
        path=str(path),
        **values,
    )
