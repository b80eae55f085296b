"""`custtier identities` from its words to what it prints, in both languages."""

import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.conftest import Ended
from custtier.cli.main import run
from custtier.errors import DATA, FAIL_ON, NOTHING, USAGE

Custtier = Callable[..., Ended]

ORDERS = """订单号,日期,金额,客户,手机号,姓名,收货地址,状态
A001,2026-01-05,120.00,amy_2020,138****0011,张三丰,浙江省杭州市西湖区文三路88号3幢502室,已付款
A002,2026-02-05,80.00,zhangsf,13800000011,张三丰,浙江省 杭州市 西湖区 文三路88号3栋502,已付款
A003,2026-03-05,1999.90,bob,13800000022,John Smith,上海市浦东新区碧波路690号,已付款
A004,2026-03-06,35.50,bob2,13900000033,John Smith,上海市浦东新区碧波路690号,已付款
"""


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the orders and a store that holds them, made once and copied for each test."""
    folder = tmp_path_factory.mktemp("identities")
    (folder / "订单.csv").write_text(ORDERS, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("CUSTTIER_SETTINGS", str(folder / "settings"))
        patch.setenv("CUSTTIER_ID_KEY", "a key for tests")
        assert run(["import", "订单.csv", "--quiet", "--store", str(folder / "store")]) == 0
    return folder


@pytest.fixture
def shop(home: Path, imported: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(home)
    shutil.copytree(imported, home, dirs_exist_ok=True)
    return home


@pytest.fixture
def marked(shop: Path, custtier: Custtier) -> Path:
    """The list of proposals: the first pair is one person, the second is two."""
    assert custtier("identities", "propose", "--output", "p.csv").code == 0
    header, first, second = (shop / "p.csv").read_text(encoding="utf-8").splitlines()
    lines = [
        header,
        first.replace(",", ",是,", 1).replace(",,", ",", 1),
        second.replace(",", ",否,", 1).replace(",,", ",", 1),
    ]
    (shop / "p.csv").write_text("\n".join(lines), encoding="utf-8")
    return Path("p.csv")


@pytest.mark.parametrize("lang", ["en", "zh"])
class TestSnapshots:
    """What each part of the command prints."""

    def test_propose(self, custtier: Custtier, shop: Path, snapshot: Callable, lang: str) -> None:
        snapshot(f"identities-propose-{lang}", custtier("identities", "propose", "--lang", lang))

    def test_propose_at_80_columns(
        self, custtier: Custtier, shop: Path, snapshot: Callable, lang: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("COLUMNS", "80")
        snapshot(f"identities-propose-80-{lang}", custtier("identities", "propose", "--lang", lang))

    def test_apply(self, custtier: Custtier, marked: Path, snapshot: Callable, lang: str) -> None:
        snapshot(f"identities-apply-{lang}", custtier("identities", "apply", marked, "--lang", lang))

    def test_listing(self, custtier: Custtier, marked: Path, snapshot: Callable, lang: str) -> None:
        custtier("identities", "apply", marked)
        snapshot(f"identities-{lang}", custtier("identities", "--lang", lang))

    def test_undo(self, custtier: Custtier, marked: Path, snapshot: Callable, lang: str) -> None:
        custtier("identities", "apply", marked)
        snapshot(f"identities-undo-{lang}", custtier("identities", "undo", "2", "--lang", lang))

    def test_an_unmarked_list(self, custtier: Custtier, shop: Path, snapshot: Callable, lang: str) -> None:
        custtier("identities", "propose", "--output", "p.csv")
        snapshot(f"identities-unmarked-{lang}", custtier("identities", "apply", "p.csv", "--lang", lang))


def test_the_list_is_for_its_owner_alone_and_shows_no_phone(custtier: Custtier, shop: Path) -> None:
    custtier("identities", "propose", "--output", "p.csv")
    assert stat.S_IMODE((shop / "p.csv").stat().st_mode) == 0o600
    text = (shop / "p.csv").read_text(encoding="utf-8")
    assert "13800000011" not in text
    assert "张三丰" not in text
    assert "13800000011" in custtier("identities", "propose", "--format", "csv", "--reveal").out


def test_a_condition_on_the_proposals(custtier: Custtier, shop: Path) -> None:
    assert custtier("identities", "propose", "--fail-on", "strong>0", "--quiet").code == FAIL_ON
    assert custtier("identities", "propose", "--fail-on", "nonsense>0").code == USAGE


def test_exit_codes_of_what_cannot_be_done(custtier: Custtier, shop: Path, home: Path) -> None:
    assert custtier("identities", "apply", "none.csv").code == DATA
    assert custtier("identities", "undo", "p_aaaaaaaaaa").code == USAGE
    assert custtier("identities", "--store", home / "empty").code == NOTHING
