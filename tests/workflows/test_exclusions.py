"""Exclusion rules: what each condition takes out, and that the receipts add up to the difference."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from custtier.errors import NOTHING, USAGE, CusttierError
from custtier.metrics.exclusions import Evidence, exclusions_of, taken_orders
from custtier.rules import Detectors, Rule
from custtier.settings import Settings
from custtier.views.view import View
from custtier.workflows.churn import churn
from custtier.workflows.dataset import all_facts
from custtier.workflows.exclusions import list_exclusions, try_exclusions
from custtier.workflows.question import Question
from custtier.workflows.rfm import rfm
from custtier.workflows.tiers import tiers

ORDERS = """订单号,下单时间,金额,客户,手机号,姓名,店铺,渠道,客服,商品,数量,状态
1,2026-01-01 10:00:00,100.00,amy,13800000001,张三,一店,直播,小王,红茶,1,已付款
2,2026-01-02 10:00:00,5000.00,bob,13800000002,李四,一店,搜索,小王,绿茶,50,已付款
3,2026-01-03 10:00:00,80.00,amy,13800000001,张三,二店,直播,小李,茶杯,2,已付款
4,2026-01-04 10:00:00,0.00,cat,13800000003,王五,一店,搜索,小李,红茶 赠品,1,已付款
5,2026-01-05 10:00:00,60.00,dan,13800000004,赵六,一店,搜索,小李,礼品盒 新年,1,已付款
6,2026-01-06 10:00:00,20.00,Eve,13800000005,钱七,二店,直播,小王,试用装,1,已付款
7,2026-01-07 10:00:00,300.00,fay,,孙八,二店,搜索,小王,红茶,3,已付款
"""


@pytest.fixture(autouse=True)
def _own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUSTTIER_SETTINGS", str(tmp_path / "settings"))
    monkeypatch.setenv("CUSTTIER_ID_KEY", "exclusions")


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    path = tmp_path / "orders.csv"
    path.write_text(ORDERS, encoding="utf-8")
    return path


def asked(orders: Path, *rules: Rule, **more: object) -> Question:
    return replace(Question(files=(orders,), settings=Settings(exclusions=rules)), **more)


def told(view: View, code: str) -> list[Mapping[str, object]]:
    return [note.values for note in view.notes if note.code == code]


@pytest.mark.parametrize(
    ("rule", "taken"),
    [
        ({"amount_at_least": "5000"}, 1),
        ({"amount_at_least": "5000.01"}, 0),
        ({"amount_at_least": 60, "amount_at_most": "100.00"}, 3),
        ({"zero_amount": True}, 1),
        ({"quantity_at_least": 3}, 2),
        ({"channels": ["直播"]}, 3),
        ({"agents": ["小李"], "shops": ["一店"]}, 1),
        ({"phones": ["+86 138-0000-0001"]}, 2),
        ({"phones": [13800000001]}, 2),
        ({"phones": ["138****0001"]}, 0),
        ({"accounts": ["EVE", "fay"]}, 2),
        ({"products": ["红茶"]}, 2),
        ({"amount_at_most": "0"}, 1),
        ({"products": ["红茶"], "channels": ["直播"]}, 1),
        ({"gift": True}, 2),
        ({"gift": ("礼品",)}, 1),
    ],
)
def test_an_order_that_meets_every_condition_is_taken_out(orders: Path, rule: dict[str, object], taken: int) -> None:
    lists = {key: tuple(value) if isinstance(value, list) else value for key, value in rule.items()}
    view = tiers(asked(orders, Rule(name="r", **lists)))  # type: ignore[arg-type]  # as a test writes them
    assert view.excluded == (("r", taken),)


def test_a_customer_is_excluded_by_id(orders: Path) -> None:
    customer = str(tiers(asked(orders)).tables["customers"].filter(phone="13800000002")["customer_id"].item())
    view = tiers(asked(orders, Rule(name="bob", customers=(customer,))))
    assert view.excluded == (("bob", 1),)
    assert customer not in view.tables["customers"]["customer_id"]


def test_a_former_id_still_finds_the_customer(tmp_path: Path) -> None:
    def export(*accounts: str) -> Question:
        rows = [f"{n},2026-01-0{n} 10:00:00,10,{who},13957021834,已付款" for n, who in enumerate(accounts, start=1)]
        path = tmp_path / f"{len(accounts)}.csv"
        path.write_text("\n".join(["订单号,下单时间,金额,客户,手机号,状态", *rows]) + "\n", encoding="utf-8")
        return Question(files=(path,))

    ids = [str(tiers(export(who)).tables["customers"]["customer_id"].item()) for who in ("zoe", "adam")]
    together = tiers(export("zoe", "adam"))
    assert together.tables["customers"].height == 1
    for former in ids:
        rule = Rule(name="z", customers=(former,))
        with pytest.raises(CusttierError) as caught:
            tiers(replace(export("zoe", "adam"), settings=Settings(exclusions=(rule,))))
        assert caught.value.exit_code == NOTHING


def test_contacts_with_a_tag_are_excluded_whatever_account_they_buy_by(orders: Path) -> None:
    question = asked(orders)
    facts = all_facts(question)
    amy = facts.table("known", columns=["account_key", "account"]).filter(pl.col("account") == "amy").collect()
    tags = pl.DataFrame({"account_key": amy["account_key"], "tags": ["茶友,员工"]})

    def opened(name: str, columns: Sequence[str]) -> pl.LazyFrame:
        return tags.lazy().select(columns) if name == "contacts" else facts.table(name, columns=columns)

    evidence = Evidence(replace(facts, opener=opened), date(2026, 1, 7), "Asia/Shanghai", Detectors())
    for tag, taken in (("员工", 2), ("员", 0)):
        ready = exclusions_of([Rule(name="t", tags=(tag,))], evidence)
        assert taken_orders(facts, ready, as_of=date(2026, 1, 7)).height == taken


def test_a_rule_that_is_off_takes_nothing_out(orders: Path) -> None:
    view = tiers(asked(orders, Rule(name="r", on=False, amount_at_least=1)))
    assert view.excluded == ()
    assert view.notes == tiers(asked(orders)).notes


def test_the_first_rule_that_fits_counts_the_order(orders: Path) -> None:
    rules = (Rule(name="big", amount_at_least=1000), Rule(name="many", quantity_at_least=3))
    assert tiers(asked(orders, *rules)).excluded == (("big", 1), ("many", 1))
    assert tiers(asked(orders, *reversed(rules))).excluded == (("many", 2), ("big", 0))
    assert told(tiers(asked(orders, *rules)), "first_rule_counts")


def test_the_day_observed_does_not_move_with_exclusions(orders: Path) -> None:
    view = tiers(asked(orders, Rule(name="last", accounts=("fay",))))
    assert view.as_of == date(2026, 1, 7)


def test_without_exclusions_everything_counts_and_a_note_says_so(orders: Path) -> None:
    rule = Rule(name="big", amount_at_least=1000)
    view = tiers(asked(orders, rule, use_exclusions=False))
    assert view.summary["net_sales"] == tiers(asked(orders)).summary["net_sales"]
    assert view.excluded == ()
    assert told(view, "exclusions_off") == [{"rules": 1}]


def test_rules_that_take_out_everything_leave_nothing_to_analyse(orders: Path) -> None:
    with pytest.raises(CusttierError) as caught:
        tiers(asked(orders, Rule(name="all", amount_at_least=0)))
    assert caught.value.exit_code == NOTHING
    assert "--no-exclusions" in caught.value.hint


@pytest.mark.parametrize("answer", [tiers, rfm, churn])
def test_every_answer_carries_receipts(orders: Path, answer: object) -> None:
    view = answer(asked(orders, Rule(name="big", amount_at_least=1000)))  # type: ignore[operator]  # a workflow
    assert view.excluded == (("big", 1),)
    assert told(view, "excluded_by_rule") == [{"rule": "big", "orders": 1, "sales": "CNY 5,000.00"}]


@pytest.mark.parametrize("seed", range(6))
def test_receipts_add_up_to_the_difference_they_make(tmp_path: Path, seed: int) -> None:
    path, rules = random_export(tmp_path, seed), random_rules(seed)
    for more in ({}, {"as_of": date(2026, 3, 1)}, {"since": date(2026, 2, 1)}, {"shops": ("一店",)}):
        whole = tiers(asked(path, *rules, use_exclusions=False, **more))
        kept = tiers(asked(path, *rules, **more))
        sales = [amount(str(one["sales"])) for one in told(kept, "excluded_by_rule")]
        assert sales_of(whole) - sales_of(kept) == sum(sales)
        assert orders_of(whole) - orders_of(kept) == sum(rows for _, rows in kept.excluded)
        assert whole.as_of == kept.as_of


def test_the_order_of_rows_changes_no_receipt(tmp_path: Path) -> None:
    path, rules = random_export(tmp_path, 3), random_rules(3)
    before = tiers(asked(path, *rules))
    header, *rows = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([header, *reversed(rows)]) + "\n", encoding="utf-8")
    assert tiers(asked(path, *rules)).excluded == before.excluded


class TestStaffList:
    """A file of the user's own with the people who work here."""

    @pytest.mark.parametrize(
        "text",
        [
            "13800000001\nEve\n",
            "手机号,备注\n13800000001,店长\n,\n13800000005,客服\n",
            "姓名,账号\n张三,amy\n钱七,eve\n",
            "# staff\n+86 13800000001\n13800000005\n",
        ],
    )
    @pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
    def test_phones_and_accounts_are_read(self, orders: Path, tmp_path: Path, text: str, encoding: str) -> None:
        staff = tmp_path / "staff.csv"
        staff.write_bytes(text.encode(encoding))
        assert tiers(asked(orders, Rule(name="staff", staff_list=str(staff)))).excluded == (("staff", 3),)

    @pytest.mark.parametrize("text", [None, "", "手机号\n"])
    def test_a_list_that_names_nobody_is_told_by_its_rule(self, orders: Path, tmp_path: Path, text: str | None) -> None:
        staff = tmp_path / "staff.csv"
        if text is not None:
            staff.write_text(text, encoding="utf-8")
        with pytest.raises(CusttierError) as caught:
            tiers(asked(orders, Rule(name="our people", staff_list=str(staff))))
        assert (caught.value.code, caught.value.exit_code) == ("bad-settings", USAGE)
        assert "our people" in str(caught.value)


class TestListAndTest:
    """`exclusions` and `exclusions test`."""

    RULES = (Rule(name="big", amount_at_least=1000), Rule(name="tea", on=False, products=("红茶",)))

    def test_every_rule_is_listed_with_what_it_takes_out(self, orders: Path) -> None:
        table = list_exclusions(asked(orders, *self.RULES)).tables["exclusions"]
        assert table.select("rule", "on", "orders", "net_sales").rows() == [
            ("big", True, 1, 500_000),
            ("tea", False, 2, 40_000),
        ]

    def test_shares_are_of_the_orders_asked_for(self, orders: Path) -> None:
        table = list_exclusions(asked(orders, Rule(name="cups", products=("茶杯",)), shops=("二店",))).tables[
            "exclusions"
        ]
        assert table.select("orders", "sales_share").row(0) == (1, 8_000 / 40_000)

    def test_no_rule_is_no_error(self, orders: Path) -> None:
        view = list_exclusions(asked(orders))
        assert view.tables["exclusions"].is_empty()
        assert view.summary["rules"] == 0

    def test_the_orders_are_shown_and_one_rule_can_be_tested_while_it_is_off(self, orders: Path) -> None:
        view = try_exclusions(asked(orders, *self.RULES), rule="tea")
        assert view.tables["orders"].select("rule", "order_id", "net_sales").rows() == [
            ("tea", "7", 30_000),
            ("tea", "1", 10_000),
        ]

    def test_detectors_alone_are_tested_where_there_is_no_rule(self, orders: Path) -> None:
        view = try_exclusions(asked(orders))
        assert view.summary["orders_taken_out"] == 0
        assert view.tables["orders"].select("detector", "order_id").rows() == [("wholesale", "2")]

    def test_an_unknown_rule_is_told_with_those_there_are(self, orders: Path) -> None:
        with pytest.raises(CusttierError) as caught:
            try_exclusions(asked(orders, *self.RULES), rule="cups")
        assert caught.value.code == "unknown-rule"
        assert "big, tea" in str(caught.value)

    def test_a_rule_that_names_what_no_order_has_is_told(self, orders: Path) -> None:
        slipped = Rule(name="staff", phones=("13999999999",), channels=("直播",))
        unlucky = Rule(name="dear", products=("红茶",), amount_at_least=1_000_000)
        for view in (
            list_exclusions(asked(orders, slipped, unlucky, *self.RULES)),
            try_exclusions(asked(orders, slipped, unlucky, *self.RULES)),
        ):
            idle = [note.values for note in view.notes if note.code == "idle_rule"]
            assert idle == [{"rule": "staff", "conditions": "phones"}]

    def test_conditions_never_show_a_phone(self, orders: Path) -> None:
        view = list_exclusions(asked(orders, Rule(name="p", phones=("13800000001",), accounts=("amy",))))
        assert view.tables["exclusions"]["conditions"].to_list() == ["phones (1); accounts (1)"]


def random_export(folder: Path, seed: int) -> Path:
    rng = random.Random(seed)
    rows = ["订单号,下单时间,金额,退款金额,客户,店铺,渠道,商品,数量,状态"]
    for number in range(400):
        amount = rng.choice([0, 5, 19.9, 100, 250.5, 3000])
        refund = rng.choice([0, 0, 0, amount, round(amount / 2, 2)])
        day = f"2026-{rng.randrange(1, 5):02}-{rng.randrange(1, 28):02}"
        state = rng.choice(["已付款", "已付款", "已付款", "未付款", "已关闭"])
        who, shop = f"u{rng.randrange(90)}", rng.choice(["一店", "二店"])
        what = f"{rng.choice(['直播', '搜索', ''])},{rng.choice(['红茶', '茶杯', '赠品'])},{rng.randrange(1, 9)}"
        rows.append(f"{number},{day} 10:00:00,{amount},{refund},{who},{shop},{what},{state}")
    path = folder / "orders.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def random_rules(seed: int) -> Sequence[Rule]:
    rng = random.Random(seed)
    rules = [
        Rule(name="big", amount_at_least=rng.choice([250, 3000])),
        Rule(name="live", channels=("直播",), quantity_at_least=4),
        Rule(name="people", accounts=("u1", "u2", "u3")),
        Rule(name="cups", products=("茶杯",), amount_at_most=100),
    ]
    rng.shuffle(rules)
    return rules


def amount(said: str) -> int:
    return round(float(said.removeprefix("CNY").replace(",", "")) * 100)


def sales_of(view: View) -> int:
    return int(view.summary["net_sales"]) + int(view.summary["unattributed_sales"])  # type: ignore[call-overload]  # counts


def orders_of(view: View) -> int:
    return int(view.tables["customers"]["order_count"].sum()) + int(view.summary["unattributed_orders"])  # type: ignore[call-overload]  # counts
