"""`--as-known-on`: what is answered about an earlier day is, byte for byte, what was answered on that day."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from cli.conftest import Ended
from custtier.settings import load_settings
from custtier.store import Store
from custtier.workflows.importing import import_files

Custtier = Callable[..., Ended]
HEADER = "订单编号,下单时间,客户编号,姓名,手机号,商品名称,实付金额,退款金额,订单状态\n"
FIRST = datetime(2026, 7, 1, 4, 0, tzinfo=UTC)
REPORTS = (
    ("tiers",),
    ("tiers", "--near"),
    ("rfm", "--since", "2026-01-01"),
    ("churn", "--all"),
    ("show", "k5"),
)
FORMS = ("text", "csv", "json")


def order(number: int, day: str, customer: int, amount: float, refund: float = 0, state: str = "已付款") -> str:
    phone = 13800000000 + customer
    return f"o{number},{day} 10:00,k{customer},客{customer},{phone},茶,{amount:.2f},{refund:.2f},{state}\n"


def any_order(number: int, chance: Random) -> str:
    return order(
        number,
        f"2026-06-{chance.randrange(1, 30):02d}",
        chance.randrange(20),
        chance.randrange(20, 400),
        chance.randrange(20),
        chance.choice(["已付款", "交易关闭", "待付款"]),
    )


JUNE = "".join(
    order(number, f"2026-{number % 6 + 1:02d}-{number % 28 + 1:02d}", number % 17, 50 + number) for number in range(80)
)
JULY = (
    "".join(order(number, f"2026-07-{number % 28 + 1:02d}", number % 19, 40 + number) for number in range(80, 110))
    # a late refund, an order closed since, one refunded in full, and two of June that nobody had told of
    + order(5, "2026-06-06", 5, 55, 30)
    + order(6, "2026-01-07", 6, 56, 0, "交易关闭")
    + order(7, "2026-02-08", 7, 57, 57, "已退款")
    + order(200, "2026-06-30", 3, 300)
    + order(201, "2026-06-12", 21, 400)
)
LINKS = "人,平台,账号,手机号,邮箱,判断\n同,,k1,,,同一人\n同,,k5,,,同一人\n"
TAGS = "客户编号,标签,操作\nk5,茶友,添加\n"


@pytest.fixture(autouse=True)
def at_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(home)


def imported(text: str, name: str, moment: datetime) -> None:
    path = Path(name)
    path.write_text(text, encoding="utf-8")
    import_files([path], store=Path("store"), settings=load_settings(), imported_at=moment)


def reports(custtier: Custtier, *options: str) -> dict[tuple[str, ...], Ended]:
    return {
        (*words, form): custtier(*words, "--format", form, *options, "--store", "store")
        for words in REPORTS
        for form in FORMS
    }


def test_a_report_of_last_month_is_the_one_that_was_made_last_month(custtier: Custtier) -> None:
    imported(HEADER + JUNE, "june.csv", FIRST)
    made = reports(custtier, "--as-of", "2026-06-30")
    assert {ended.code for ended in made.values()} == {0}
    imported(HEADER + JULY, "july.csv", FIRST + timedelta(days=31))
    imported(LINKS, "links.csv", FIRST + timedelta(days=32))
    imported(TAGS, "tags.csv", FIRST + timedelta(days=32))
    assert reports(custtier, "--as-of", "2026-06-30", "--as-known-on", "2026-07-01") == made
    now = reports(custtier, "--as-of", "2026-06-30")
    assert [key for key in made if now[key].out == made[key].out] == []


def test_without_a_day_observed_it_is_the_last_day_known_then(custtier: Custtier) -> None:
    imported(HEADER + JUNE, "june.csv", FIRST)
    made = reports(custtier)
    imported(HEADER + JULY, "july.csv", FIRST + timedelta(days=31))
    assert reports(custtier, "--as-known-on", "2026-07-15") == made


@pytest.mark.parametrize("seed", [1, 2])
def test_every_day_of_a_random_history_is_answered_as_it_was(custtier: Custtier, seed: int) -> None:
    chance = Random(seed)
    store = Store(Path("store"), settings=load_settings())
    asked = ("tiers", "--format", "json", "--limit", "0", "--store", "store", "--as-of", "2026-06-30")
    made: list[tuple[str, Ended]] = []
    imported(HEADER + JUNE, "first.csv", FIRST)
    standing = {1}
    for number in range(1, 6):
        moment = FIRST + timedelta(days=number * 3)
        if len(standing) > 1 and chance.random() < 0.3:
            undone = chance.choice(sorted(standing))
            store.undo(undone, at=moment)
            standing.remove(undone)
        elif chance.random() < 0.2:
            imported(LINKS.replace("k5", f"k{chance.randrange(2, 9)}"), "links.csv", moment)
            standing.add(store.imports().height)
        else:
            rows = {number: any_order(number, chance) for number in chance.sample(range(90), 25)}
            imported(HEADER + "".join(rows.values()), "more.csv", moment)
            standing.add(store.imports().height)
        made.append((moment.date().isoformat(), custtier(*asked)))
    for day, ended in made:
        assert custtier(*asked, "--as-known-on", day) == ended


def test_a_report_says_what_later_imports_changed_and_where_that_of_then_is(custtier: Custtier) -> None:
    imported(HEADER + JUNE, "june.csv", FIRST)
    imported(HEADER + JULY, "july.csv", FIRST + timedelta(days=31))
    note = (
        "note: imports made after 2026-07-01 changed orders up to 2026-06-30: 5, their net sales by CNY +557.00; the "
        "report of then: `--as-of 2026-06-30 --as-known-on 2026-07-01`"
    )
    asked = ("tiers", "--store", "store", "--as-of", "2026-06-30")
    assert note in custtier(*asked).out.splitlines()
    assert "imports made after" not in custtier(*asked, "--as-known-on", "2026-07-31").out
    assert "imports made after" not in custtier("tiers", "--store", "store").out
    some = custtier(*asked, "--since", "2026-06-10", "--lang", "zh").out
    assert "2026-07-01 之后的导入改变了 2026-06-30 及以前的 2 笔订单，净销售额变动 CNY +700.00" in some
    assert "imports made after" not in custtier("show", "k5", "--as-of", "2026-06-30", "--store", "store").out


def test_files_that_are_only_read_have_no_past(custtier: Custtier) -> None:
    Path("june.csv").write_text(HEADER + JUNE, encoding="utf-8")
    ended = custtier("tiers", "june.csv", "--as-known-on", "2026-07-01")
    assert ended.code == 2
    assert "files-have-no-past" in ended.err


def test_before_the_first_import_nothing_was_known(custtier: Custtier) -> None:
    imported(HEADER + JUNE, "june.csv", FIRST)
    ended = custtier("tiers", "--as-known-on", "2026-06-30", "--store", "store")
    assert ended.code == 4
    assert "nothing-known-yet" in ended.err
    assert "2026-07-01" in ended.err
