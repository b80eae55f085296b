"""Settings that mean nothing are refused, and the setting is named."""

from collections.abc import Callable
from pathlib import Path

import pytest

from custtier.errors import NOTHING, USAGE

BAD = [
    ("colour = 1", "colour"),
    ("lang = [", "its end is missing"),
    ("[tier_hysteresis]\nmargin", "line 2"),
    ('zone = "Mars/Olympus"', "zone"),
    ('zone = ""', "zone"),
    ('currency = "rmb"', "currency"),
    ('currency = "元"', "currency"),
    ('lang = "de"', "lang"),
    ("lang = 1", "lang"),
    ("lock_wait_seconds = -1", "lock_wait_seconds"),
    ("lock_wait_seconds = inf", "lock_wait_seconds"),
    ("lock_wait_seconds = nan", "lock_wait_seconds"),
    ("shared_phone_accounts = 0", "shared_phone_accounts"),
    ("churn_levels = {fixed = [0.9, 0.5]}", "churn_levels.fixed"),
    ("churn_levels = {fixed = [0.5, 1.5]}", "churn_levels.fixed"),
    ("churn_levels = {fixed = [0.5]}", "churn_levels.fixed"),
    ("churn_levels = {own = [0, 1, 2]}", "churn_levels.own"),
    ("churn_levels = {own = [1, 3, 2]}", "churn_levels.own"),
    ("churn_levels = {own = [1, 2, inf]}", "churn_levels.own"),
    ("churn_levels = {own = [1, 2, 3, 4]}", "churn_levels.own"),
    ("churn_levels = {shop = [0.5, 0.8, 1.2]}", "churn_levels.shop"),
    ("churn_levels = {model = [0.1, 0.2, 0.3]}", "churn_levels.model"),
    ("churn_levels = {model = [1.5, 0.2, 0.1]}", "churn_levels.model"),
    ("churn_levels = {shop = [-0.5, 0.8, 0.9]}", "churn_levels.shop"),
    ("churn_levels = {shop = [0.5, 0.5, 0.9]}", "churn_levels.shop"),
    ("curency = 'CNY'", "is currency meant?"),
    ("[[exclusion]]\nname = 'a'", "is exclusions meant?"),
    ("[[exclusions]]\nname = 'a'\nproduct = ['x']", "is products meant?"),
    ("[[exclusions]]\nname = 'a'\nproducts = 'x'", "square brackets"),
    ("rates = {USD = 1e300}", "rates.USD is 1e+300, a number from 0.000001 to 1000000 is expected"),
    ("rates = {USD = 'a'}", "rates.USD is of the wrong kind"),
    ("[[exclusions]]\nname = “a”\ngift = true", 'line 2 has “ where " is expected'),
]
GOOD = """zone = "UTC"
currency = "USD"
lang = ""
lock_wait_seconds = 0
shared_phone_accounts = 1
tiers = [{code = "best", customers = 0.01}, {code = "rest"}]
[churn_levels]
fixed = [0.5, 0.75]
own = [1, 2, 4]
shop = [0, 0.5, 1]
"""


def write(home: Path, text: str) -> None:
    (home / "settings").mkdir(exist_ok=True)
    (home / "settings" / "settings.toml").write_text(text, encoding="utf-8")


@pytest.mark.parametrize(("text", "named"), BAD)
def test_a_setting_without_a_meaning_is_named(custtier: Callable, home: Path, text: str, named: str) -> None:
    write(home, text + "\n")
    for lang in ("en", "zh"):
        ended = custtier("churn", "--lang", lang)
        assert (ended.code, ended.err.partition("]")[0]) == (USAGE, "error[bad-settings")
        assert lang == "zh" or named in ended.err.splitlines()[0]
    assert custtier("--help").code == 0


def test_settings_within_their_bounds_are_taken(custtier: Callable, home: Path) -> None:
    write(home, GOOD)
    assert custtier("churn").code == NOTHING


def test_settings_that_are_no_text_are_told(custtier: Callable, home: Path) -> None:
    write(home, "")
    path = home / "settings" / "settings.toml"
    path.write_bytes(b"\xff\xfe\x00")
    assert custtier("churn").code == USAGE
    path.unlink()
    path.mkdir()
    ended = custtier("churn", "--lang", "zh")
    assert (ended.code, ended.err.splitlines()[0].rpartition("：")[2]) == (USAGE, "这是一个文件夹")
