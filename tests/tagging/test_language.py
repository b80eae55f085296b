"""The language of tag rules: what is read as what, what is refused and where, and that any text is one or the other."""

from datetime import date
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custtier.customer_fields import FIELDS, Kind
from custtier.errors import USAGE, CusttierError
from custtier.metrics.tag_conditions import bought_column, bought_in, fields_in, holds
from custtier.tagging.checking import Shop, condition_of, parts_of
from custtier.tagging.nodes import (
    All,
    Among,
    AnyOf,
    Bought,
    Compare,
    Constant,
    FieldValue,
    Holds,
    IsTrue,
    Like,
    Missing,
    Not,
    Tagged,
)
from custtier.tagging.words import vocabulary
from custtier.tags import TagRule, WrittenTag, tag_faults, tag_rule

SHOP = Shop(codes={"tier": ("core", "important", "growing", "regular"), "region": ("east", "south")})

ORDERS = FieldValue("order_count", Kind.NUMBER)
SALES = FieldValue("net_sales", Kind.MONEY)


def number(value: str) -> Constant:
    return Constant(Decimal(value), Kind.NUMBER)


def money(minor: str) -> Constant:
    return Constant(Decimal(minor), Kind.MONEY)


SAME = [
    ("order_count >= 5", ["订单数 >= 5", "订单数≥5次", "购买次数大于等于５", "5 <= order_count", "ORDER_COUNT => 5"]),
    (
        "order_count >= 5 and recency_days <= 60",
        [
            "订单数>=5且未购天数<=60天",
            "订单数不少于5次 并且 未购天数不超过60",
            "order_count>=5 && 60 days >= recency_days",
        ],
    ),
    ("net_sales >= 50000", ["净销售额 >= 5万", "net_sales ≥ ¥50,000.00", "累计消费至少50000元"]),
    ("refund_share > 20%", ["退款率 > 0.2", "退款率超过２０％"]),
    ("province = 广东", ["省份 是 广东省", 'province is "Guangdong"', "province == “广东”", "省份等于广东"]),
    ("province in (浙江, 江苏)", ["省份 属于（浙江省、江苏省）", 'province in ("浙江","江苏")']),
    ("tier = core", ["层级 = 核心", "tier is Core", "层级是核心"]),
    ("tier != core", ["层级不是核心", "tier is not core", "tier <> 核心"]),
    ('bought "面膜" within 90 days', ["买过“面膜” 90天内", "近90天买过「面膜」", "买过面膜 within 90"]),
    ('not bought "面膜"', ["没买过“面膜”", "不 买过 面膜"]),
    ('bought category "茶"', ["买过类目“茶”", "购买过品类 茶"]),
    ("city is missing", ["城市为空", "城市 缺失", "city is unknown"]),
    ("city is not missing", ["城市不为空", "城市已知"]),
    ('tags contains "VIP"', ["标签包含VIP", "标签 含 “VIP”"]),
    ('tagged "VIP"', ["有标签“VIP”", "有标签VIP"]),
    ("is_contact", ["是联系人", "is_contact = yes", "已加好友"]),
    ("first_order_on >= 2026-01-05", ["首单日期 >= 2026年1月5日", "首单日期≥2026/1/5"]),
    ("100 <= net_sales < 500", ["100元 <= 净销售额 < 500元", "net_sales >= 100 and net_sales < 500"]),
]


@pytest.mark.parametrize(("rule", "others"), SAME, ids=[rule for rule, _ in SAME])
def test_a_rule_may_be_typed_in_several_ways(rule: str, others: list[str]) -> None:
    meant = condition_of(rule, SHOP)
    assert [other for other in others if condition_of(other, SHOP) != meant] == []


def test_what_is_read_is_what_is_written() -> None:
    rule = "order_count > 1 and (net_sales < 9.99 or not is_contact)"
    contact = IsTrue(FieldValue("is_contact", Kind.FLAG))
    assert condition_of(rule, SHOP) == All(
        (Compare(ORDERS, ">", number("1")), AnyOf((Compare(SALES, "<", money("999")), Not(contact))))
    )
    texts = (Constant("浙江", Kind.TEXT), Constant("x", Kind.TEXT))
    province = FieldValue("province", Kind.TEXT)
    assert condition_of("province not in (浙江, x)", SHOP) == Not(Among(province, texts))
    assert condition_of("province is missing", SHOP) == Missing(province)
    assert condition_of("name like '张*' or tagged a", SHOP) == AnyOf(
        (Like(FieldValue("name", Kind.TEXT), "张*"), Tagged("a"))
    )
    assert condition_of("tags contains a", SHOP) == Holds(FieldValue("tags", Kind.TEXTS), "a")
    assert condition_of("bought a within 2 weeks", SHOP) == Bought("a", is_category=False, days=14)


def test_amounts_have_the_digits_of_the_currency() -> None:
    yen = Shop(minor_digits=0)
    assert condition_of("net_sales >= 500", yen) == Compare(SALES, ">=", money("500"))


def test_and_binds_closer_than_or_and_not_closer_than_both() -> None:
    loose = condition_of("is_contact or order_count > 1 and order_count < 9", SHOP)
    assert loose == condition_of("is_contact or (order_count > 1 and order_count < 9)", SHOP)
    tight = condition_of("not is_contact and order_count > 1", SHOP)
    assert tight == condition_of("(not is_contact) and order_count > 1", SHOP)


WRONG = [
    ("order_cont >= 5", 1, "order_count"),
    ("订单数量数 >= 5", 4, ""),
    ("order_count >= 5 and net_sales > order_cnt", 34, "order_count"),
    ("net_sales > '三百'", 11, ""),
    ("net_sales > order_count", 11, ""),
    ("net_sales > last_order_on", 11, ""),
    ("net_sales > 5 days", 11, ""),
    ("净销售额 > 2 * 30天", 6, ""),
    ("province > 广东", 10, ""),
    ("tier = kore", 8, "core"),
    ("tier = 钻石", 8, ""),
    ("order_count >= 5 5", 18, ""),
    ("order_count >=", 14, ""),
    ("(order_count >= 5", 17, ""),
    ("order_count", 1, ""),
    ("order_count + 1", 1, ""),
    ("first_order_on > 2026-02-30", 18, ""),
    ("province = '广东", 12, ""),
    ("order_count > 1 @ 2", 17, ""),
    ("tags = VIP", 6, ""),
    ("bought 面膜 within 0 days", 18, ""),
    ("order_count > 1234567890123456", 15, ""),
    ("first_order_on * 2 > 3", 1, ""),
    ("is_contact > 3", 12, ""),
    ("yes = yes", 5, ""),
    ("", 1, ""),
]


@pytest.mark.parametrize(("rule", "place", "meant"), WRONG, ids=[rule or "empty" for rule, *_ in WRONG])
def test_a_rule_without_a_meaning_is_refused_with_the_place(rule: str, place: int, meant: str) -> None:
    with pytest.raises(CusttierError) as refused:
        condition_of(rule, SHOP)
    error = refused.value
    assert (error.code, error.exit_code) == ("bad-tag-rule", USAGE)
    assert error.values["place"] == place
    assert error.values.get("meant", "") == meant
    assert error.hint


def test_the_parts_of_a_rule_are_those_that_have_to_hold_together() -> None:
    rule = "order_count >= 5 and province in (浙江, 江苏) and (is_contact or tagged a)"
    assert [text for text, _ in parts_of(rule, SHOP)] == [
        "order_count >= 5",
        "province in (浙江, 江苏)",
        "is_contact or tagged a",
    ]
    assert len(parts_of("is_contact or order_count > 1", SHOP)) == 1


def test_a_part_about_the_last_days_is_told_with_its_first_word() -> None:
    rule = "大区 = 华东 且 近90天买过“面膜” and bought 茶 within 30 days"
    assert [text for text, _ in parts_of(rule, SHOP)] == ["大区 = 华东", "近90天买过“面膜”", "bought 茶 within 30 days"]


WORDS = [*vocabulary(), "5", "60天", "2026-01-01", "20%", "¥3", "'x'", "“广东”", "x", "面膜", "(", ")", "1万元", " "]


@given(st.one_of(st.text(max_size=60), st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join)))
@settings(max_examples=200, deadline=None)
def test_any_text_is_a_rule_or_one_clear_error(text: str) -> None:
    try:
        condition = condition_of(text, SHOP)
    except CusttierError as error:
        assert error.code == "bad-tag-rule"
        assert str(error)
        assert 1 <= error.values["place"] <= max(len(text), 1)
        return
    kinds = {Kind.NUMBER: pl.Float64, Kind.MONEY: pl.Int64, Kind.DATE: pl.Date, Kind.FLAG: pl.Boolean}
    kinds |= {Kind.TEXT: pl.String, Kind.TEXTS: pl.List(pl.String)}
    schema = {name: kinds[FIELDS[name].kind] for name in fields_in(condition)}
    schema |= {bought_column(goods): pl.Boolean for goods in bought_in([condition])}
    nothing = pl.DataFrame({"one": [1]}).with_columns(
        pl.lit(None, dtype=dtype).alias(name) for name, dtype in schema.items()
    )
    answer = nothing.select(holds(condition, as_of=date(2026, 1, 1)).alias("answer"))
    assert answer.schema["answer"] in (pl.Boolean, pl.Null)


def test_a_name_a_word_and_a_condition_make_a_rule() -> None:
    assert tag_rule("tag: 高复购 when order_count >= 5") == TagRule("高复购", "order_count >= 5", 14)
    assert tag_rule("高复购 当 订单数>=5") == TagRule("高复购", "订单数>=5", 6)
    assert tag_rule("高复购：订单数>=5") == TagRule("高复购", "订单数>=5", 4)
    assert tag_rule('"big spender" when net_sales > 5') == TagRule("big spender", "net_sales > 5", 19)
    assert tag_rule(WrittenTag(name="a", when="order_count > 1")) == TagRule("a", "order_count > 1")


@pytest.mark.parametrize(
    "written", ["高复购", "when order_count > 1", "a,b when order_count > 1", "!a when is_contact", ""]
)
def test_a_rule_without_name_or_condition_is_a_fault_of_the_settings(written: str) -> None:
    assert len(list(tag_faults([written]))) == 1


def test_two_rules_of_one_name_are_a_fault() -> None:
    assert len(list(tag_faults(["VIP when is_contact", "vip 当 order_count > 1"]))) == 1
    assert not list(tag_faults(["VIP when is_contact", "vips 当 order_count > 1"]))
