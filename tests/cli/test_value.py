"""`value` on small shops: what it prints in both languages, what machines get, what is kept and used again, errors."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from cli.conftest import Ended
from cli.test_backtest import export
from custtier.errors import USAGE
from custtier.workflows.kept_models import models_file
from custtier.workflows.winners import Winner, keep_winner
from metrics.shops import Shop
from views.trials import AS_OF, leaving_shop

Custtier = Callable[..., Ended]


def mixed_shop() -> Shop:
    """Customers who differ in how soon they leave, so that a fit has an end and its figures do not tremble."""
    soon, late = leaving_shop(6, customers=170, stays=0.5), leaving_shop(7, customers=130, stays=0.94)
    others = (replace(order, account=f"m{order.account}") for order in late.orders if order.account)
    return Shop((*soon.orders, *others))


@pytest.fixture
def orders(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(home)
    (home / "订单.csv").write_text(export(mixed_shop()), encoding="utf-8")
    return Path("订单.csv")


@pytest.fixture
def store(custtier: Custtier, orders: Path, home: Path) -> Path:
    assert custtier("import", orders).code == 0
    return home / "store"


def answered(custtier: Custtier, *words: object) -> dict:
    return json.loads(custtier("value", *words, "--format", "json", "--lang", "en").out)


def codes(answer: dict) -> list[str]:
    return [note["code"] for note in answer["notes"]]


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("width", [80, 140])
def test_what_value_prints(
    custtier: Custtier, orders: Path, snapshot: Callable, monkeypatch: pytest.MonkeyPatch, width: int, lang: str
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    snapshot(f"value-{width}-{lang}", custtier("value", orders, "--limit", 5, "--discount", "10%", "--lang", lang))


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_what_a_small_shop_is_told(custtier: Custtier, home: Path, snapshot: Callable, lang: str) -> None:
    small = home / "few.csv"
    small.write_text(export(leaving_shop(2, customers=30)), encoding="utf-8")
    snapshot(f"value-small-{lang}", custtier("value", small, "--limit", 3, "--lang", lang))


@pytest.fixture
def goods(home: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """Orders with what was bought, and what some of it costs: customers have favourites."""
    monkeypatch.chdir(home)
    draw, shop = Random(5), mixed_shop()
    favourite = {order.account: draw.choice(["龙井茶", "茶杯"]) for order in shop.orders}
    rows = ["订单号,日期,金额,客户,状态,商品,数量,商品金额"]
    for place, order in enumerate(shop.orders):
        product = favourite[order.account] if draw.random() < 0.8 else draw.choice(["龙井茶", "茶杯", "礼盒"])
        amount = f"{order.gross / 100:.2f}"
        rows.append(f"A{place:05},{order.day},{amount},{order.account or ''},已付款,{product},1,{amount}")
    (home / "订单.csv").write_text("\n".join(rows), encoding="utf-8")
    (home / "成本.csv").write_text("product,margin\n龙井茶,25%\n茶杯,60%\n", encoding="utf-8")
    return Path("订单.csv"), Path("成本.csv")


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("width", [80, 140])
def test_what_value_prints_with_margins(
    custtier: Custtier,
    goods: tuple[Path, Path],
    snapshot: Callable,
    monkeypatch: pytest.MonkeyPatch,
    width: int,
    lang: str,
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    asked = ("value", *goods, "--margin", "--model", "mbg-nbd", "--limit", 5, "--lang", lang)
    snapshot(f"value-margin-{width}-{lang}", custtier(*asked))


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_without_costs_margins_are_refused(
    custtier: Custtier, goods: tuple[Path, Path], snapshot: Callable, lang: str
) -> None:
    snapshot(f"value-margin-none-{lang}", custtier("value", goods[0], "--margin", "--lang", lang))


def test_a_model_is_kept_used_again_and_fitted_anew_when_asked_or_when_much_was_bought(
    custtier: Custtier, store: Path, home: Path
) -> None:
    first = answered(custtier)
    kept = json.loads(models_file().read_text(encoding="utf-8"))
    assert len(kept) == 1 and "customer" not in str(kept).replace("customers", "").lower()
    # the same day and the same purchases: the same answer, and nothing to be said of it
    assert answered(custtier) == first
    later = answered(custtier, "--as-of", "2026-07-10")
    assert "value_kept" in codes(later) and later["tables"]["parameters"] == first["tables"]["parameters"]
    again = answered(custtier, "--as-of", "2026-07-10", "--refit")
    assert "value_kept" not in codes(again) and again["tables"]["parameters"] != first["tables"]["parameters"]
    # an earlier day knows nothing of a later one, and a day 31 days on is too far
    assert "value_kept" not in codes(answered(custtier, "--as-of", "2026-06-29"))
    assert "value_kept" not in codes(answered(custtier, "--as-of", "2026-08-20"))
    more = home / "more.csv"
    more.write_text(export(leaving_shop(7, customers=120)).replace("A0", "B0"), encoding="utf-8")
    assert custtier("import", more).code == 0
    assert "value_kept" not in codes(answered(custtier, "--as-of", "2026-08-21"))


def test_files_and_other_orders_keep_nothing_of_each_other(custtier: Custtier, store: Path, orders: Path) -> None:
    answered(custtier, orders)
    assert not models_file().exists()
    answered(custtier, "--since", "2025-08-01")
    assert "value_kept" not in codes(answered(custtier))
    assert len(json.loads(models_file().read_text(encoding="utf-8"))) == 2


def test_what_won_the_backtest_answers_by_itself(custtier: Custtier, store: Path) -> None:
    winner = Winner(
        rule="mbg-nbd",
        simple="last-period",
        as_of=AS_OF,
        horizon_days=90,
        origins=1,
        customers=200,
        measure="mean_error_sales",
        figure=1.0,
    )
    keep_winner("value", winner, store=store)
    found = answered(custtier)
    assert found["summary"]["forecast_rule"] == "mbg-nbd" and "value_winner" in codes(found)
    assert found["parameters"]["model"] is None
    assert answered(custtier, "--model", "last-period")["summary"]["forecast_rule"] == "last-period"


def test_a_spoiled_file_of_models_is_an_error_that_says_what_to_do(custtier: Custtier, store: Path) -> None:
    answered(custtier)
    for text in ("{", "[]", models_file().read_text(encoding="utf-8").replace('"held_out"', '"held"')):
        models_file().write_text(text, encoding="utf-8")
        ended = custtier("value", "--lang", "en")
        assert ended.code == USAGE and "error[bad-models]" in ended.err and "Traceback" not in ended.err
        assert custtier("value", "--refit", "--lang", "en").code in {0, USAGE}


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--horizon", "soon"], "bad-window"),
        (["--horizon", "2000d"], "far-horizon"),
        (["--discount", "ten"], "bad-share"),
        (["--model", "arima"], "unknown-model"),
    ],
)
def test_what_is_typed_wrong_is_an_error(custtier: Custtier, orders: Path, words: list[str], code: str) -> None:
    for lang in ("en", "zh"):
        ended = custtier("value", orders, *words, "--lang", lang)
        assert ended.code == USAGE and f"[{code}]" in ended.err
