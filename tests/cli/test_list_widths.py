"""The lists of customers on a narrow and on a wide terminal, in both languages: nothing is wider than the page."""

from collections.abc import Callable
from pathlib import Path

import pytest
from rich.cells import cell_len

from cli.conftest import Ended
from custtier.cli.main import run

CASES = {
    "tiers-top": ("tiers", "--top", "3"),
    "tiers-sales": ("tiers", "--sales", "80%"),
    "rfm": ("rfm",),
    "churn-days": ("churn", "--days", "60"),
    "churn-own": ("churn", "--method", "own", "--all"),
    "churn-shop": ("churn", "--method", "shop"),
    "churn-moments": ("churn", "--moments"),
}
HEADER = "订单号,下单时间,金额,退款金额,客户,手机号,姓名,状态,渠道\n"


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of twelve buyers, read only."""
    folder = tmp_path_factory.mktemp("lists")
    rows = [
        f"A{buyer}-{place},2026-{3 - place % 3:02}-{1 + (buyer * 7 + place * 5) % 28:02} 10:00:00,"
        f"{1200 - 90 * buyer}.50,{'20' if place == 1 else '0'},buyer_{buyer:02},139570200{buyer:02},"
        f"{'欧阳小明' if buyer % 2 else 'John Smith'},已付款,直播\n"
        for buyer in range(12)
        for place in range(1 + (12 - buyer) // 3)
    ]
    (folder / "orders.csv").write_text(HEADER + "".join(rows), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("CUSTTIER_SETTINGS", str(folder / "settings"))
        patch.setenv("CUSTTIER_ID_KEY", "a key for tests")
        words = ["import", "orders.csv", "--quiet", "--output", str(folder / "said.txt")]
        assert run([*words, "--store", str(folder / "store")]) == 0
    return folder / "store"


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("columns", [80, 140])
@pytest.mark.parametrize("name", CASES)
def test_a_list_fits_the_page(
    custtier: Callable[..., Ended],
    shop: Path,
    snapshot: Callable[[str, Ended], None],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    columns: int,
    lang: str,
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    ended = custtier(*CASES[name], "--store", shop, "--lang", lang)
    snapshot(f"list-{name}-{columns}-{lang}", ended)
    assert [line for line in ended.out.splitlines() if cell_len(line) > columns] == []
