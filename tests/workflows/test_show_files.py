"""A card from files is the card from a store that took them in."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from custtier.errors import CusttierError
from custtier.settings import Settings
from custtier.views.view import View
from custtier.workflows.importing import import_files
from custtier.workflows.question import Question
from custtier.workflows.show import show

ORDERS = """订单号,下单时间,金额,退款金额,客户,手机号,姓名,商品,数量,状态,渠道
A1,2026-01-01 10:00:00,100.00,0,amy,13957020001,张三,茶,2,已付款,直播
A2,2026-01-11 10:00:00,50.05,20.00,amy,13957020001,张三,杯,1,已付款,直播
A3,2026-01-12 10:00:00,70,0,amy,13957020001,张三,壶,1,待付款,直播
B1,2026-01-21 10:00:00,30,0,bob,13957020002,李四,茶,1,已付款,
"""


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, ...]:
    monkeypatch.setenv("CUSTTIER_SETTINGS", str(tmp_path / "settings"))
    monkeypatch.setenv("CUSTTIER_ID_KEY", "a key for tests")
    (tmp_path / "orders.csv").write_text(ORDERS, encoding="utf-8")
    return (tmp_path / "orders.csv",)


def test_a_card_from_files_is_that_of_a_store(files: tuple[Path, ...], tmp_path: Path) -> None:
    store = tmp_path / "store"
    import_files(list(files), store=store, settings=Settings(), imported_at=datetime(2026, 8, 1, tzinfo=UTC))
    ours = show("amy", Question(files=files), lang="en", with_numbers=True)
    theirs = show("amy", Question(store=store), lang="en", with_numbers=True)
    assert isinstance(ours, View)
    assert isinstance(theirs, View)
    for name, table in theirs.tables.items():
        assert ours.tables[name].equals(table), name
    assert ours.tables["orders"].height == 3


def test_nobody_in_the_files_is_told_of_the_files(files: tuple[Path, ...]) -> None:
    with pytest.raises(CusttierError) as told:
        show("nobody", Question(files=files), lang="en")
    assert told.value.code == "unknown-customer"
    assert "these files" in told.value.message
