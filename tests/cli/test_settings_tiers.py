"""Settings of tiers that mean nothing are refused, and the tier is named; those that mean something hold everywhere."""

from collections.abc import Callable
from pathlib import Path

import pytest

from custtier.errors import NOTHING, USAGE

BEST, REST = '{code = "best", customers = "5%"}', '{code = "rest"}'
BAD = [
    ("tiers = []", "at least two"),
    (f"tiers = [{REST}]", "at least two"),
    ('tiers = [{customers = "5%"}, {code = "rest"}]', "tiers"),
    ('tiers = [{code = "", customers = "5%"}, {code = "rest"}]', "tier 1 needs a code"),
    ('tiers = [{code = "a b", customers = "5%"}, {code = "rest"}]', "tier 1 needs a code"),
    (f'tiers = [{BEST}, {{code = "best"}}]', "two tiers called 'best'"),
    (f'tiers = [{BEST}, {{code = "prospect"}}]', "tier prospect"),
    ('tiers = [{code = "best"}, {code = "rest"}]', "tier 'best' needs one cut"),
    ('tiers = [{code = "best", customers = "5%", spending = 9}, {code = "rest"}]', "tier 'best' needs one cut"),
    (f'tiers = [{BEST}, {{code = "rest", customers = "100%"}}]', "the last tier 'rest'"),
    (f'tiers = [{BEST}, {{code = "good", spending = 100}}, {REST}]', "customers, spending"),
    ('tiers = [{code = "best", customers = "5"}, {code = "rest"}]', "customers is 5"),
    ('tiers = [{code = "best", sales = 50}, {code = "rest"}]', "sales is 50"),
    ('tiers = [{code = "best", sales = "100%"}, {code = "rest"}]', "sales is 100%"),
    ('tiers = [{code = "best", sales = "half"}, {code = "rest"}]', "sales is half"),
    ('tiers = [{code = "best", sales = "nan%"}, {code = "rest"}]', "sales is nan%"),
    ('tiers = [{code = "best", spending = 0}, {code = "rest"}]', "spending is 0"),
    ('tiers = [{code = "best", spending = inf}, {code = "rest"}]', "spending is inf"),
    ('tiers = [{code = "best", spending = 1e17}, {code = "rest"}]', "at most 12 digits"),
    ("[rfm_cuts]\nnet_sales = [1, 2, 3, 1e300]", "at most 12 digits"),
    ('tiers = [{code = "best", spending = "much"}, {code = "rest"}]', "spending"),
    (f'tiers = [{BEST}, {{code = "good", customers = "5%"}}, {REST}]', "customers is expected to grow"),
    (
        'tiers = [{code = "best", spending = 5}, {code = "good", spending = 5}, {code = "rest"}]',
        "spending is expected to fall",
    ),
    (f'tiers = [{{code = "best", custmers = "5%"}}, {REST}]', "is customers meant?"),
    ("[[tier]]\ncode = 'a'", "is tiers meant?"),
    ("tier_hysteresis = {fall_after_runs = 1}", "fall_after_runs is 1"),
    ("tier_hysteresis = {fall_after_runs = -2}", "fall_after_runs is -2"),
    ("tier_hysteresis = {margin = '1'}", "margin is 1"),
    ("tier_hysteresis = {margin = 1.5}", "margin is 1.5"),
    ("tier_hysteresis = {margins = 0.1}", "is margin meant?"),
]
GOOD = [
    f"tiers = [{BEST}, {REST}]",
    'tiers = [{code = "vip", zh = "贵宾", customers = 0.05}, {code = "good", customers = "20.5 ％"}, {code = "rest"}]',
    'tiers = [{code = "vip", sales = "50%"}, {code = "good", sales = "80%"}, {code = "rest"}]',
    'tiers = [{code = "vip", spending = 5000}, {code = "good", spending = 999.99}, {code = "rest"}]',
    'tier_hysteresis = {fall_after_runs = 2, margin = "10%"}',
    "tier_hysteresis = {fall_after_runs = 0, margin = 0}",
]


def write(home: Path, text: str) -> None:
    (home / "settings").mkdir(exist_ok=True)
    (home / "settings" / "settings.toml").write_text(text + "\n", encoding="utf-8")


@pytest.mark.parametrize(("text", "named"), BAD)
def test_tiers_without_a_meaning_are_named(custtier: Callable, home: Path, text: str, named: str) -> None:
    write(home, text)
    for lang in ("en", "zh"):
        ended = custtier("tiers", "--lang", lang)
        assert (ended.code, ended.err.partition("]")[0]) == (USAGE, "error[bad-settings")
        assert lang == "zh" or named in ended.err.splitlines()[0]


@pytest.mark.parametrize("text", GOOD)
def test_tiers_with_a_meaning_are_taken(custtier: Callable, home: Path, text: str) -> None:
    write(home, text)
    assert custtier("tiers").code == NOTHING


def test_own_tiers_stand_in_tiers_rfm_and_show_under_their_names(custtier: Callable, home: Path) -> None:
    write(
        home,
        'tiers = [{code = "gold", zh = "金卡", en = "Gold card", spending = 300}, {code = "core", spending = 199.99}, '
        '{code = "rest", zh = "其他"}]',
    )
    orders = home / "orders.csv"
    rows = [f"{place},2026-06-{place:02},{amount},c{place},paid" for place, amount in enumerate([300, 200, 199.98], 1)]
    orders.write_text("\n".join(["order_id,date,amount,customer,status", *rows]), encoding="utf-8")
    for command in ("tiers", "rfm"):
        zh, en = (custtier(command, orders, "--lang", lang).out for lang in ("zh", "en"))
        assert all(word in zh for word in ("金卡", "核心", "其他"))
        assert all(word in en for word in ("Gold card", "core", "其他"))
        codes = custtier(command, orders, "--format", "csv").out
        assert all(f",{code}," in codes for code in ("gold", "core", "rest"))
    near = custtier("tiers", orders, "--near", "--within", "0.01", "--lang", "en").out
    assert "core" in near
    assert "0.01" in near
    assert custtier("import", orders, "--quiet").code == 0
    assert "金卡" in custtier("show", "c1", "--lang", "zh").out
