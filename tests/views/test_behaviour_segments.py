"""`segments --by behaviour`: planted groups are found and named, and where there are none, none are."""

import random
from dataclasses import replace
from datetime import timedelta
from functools import cache
from statistics import mean, median

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import adjusted_rand_score

from custtier.errors import DATA, USAGE, CusttierError
from custtier.facts import TABLES, Facts
from custtier.text import LANGS, Lang
from custtier.text.behaviours import BEHAVIOURS, WORDS
from custtier.views.behaviour.answer import CUSTOMER_COLUMNS, EXAMPLES, behaviour_segments
from custtier.views.behaviour.groups import AGAIN, Group, Part
from custtier.views.behaviour.traits import TRAITS, traits_of, with_products_per_order
from custtier.views.behaviour.words import LEAST_DIFFERENCE, described, differences
from custtier.views.view import View
from metrics.shops import Order, Shop, facts_of
from views.alike import AS_OF, KINDS, Kind, plain_shop, planted_shop


@cache
def answer(seed: int, lang: Lang = "en") -> View:
    return behaviour_segments(facts_of(planted_shop(seed)), lang=lang)


@cache
def plain_answer(seed: int) -> View:
    return behaviour_segments(facts_of(plain_shop(seed)))


def kind_of(customer_id: str) -> str:
    return customer_id.removeprefix("c_").split(":")[0]


def agreement(view: View) -> float:
    customers = view.tables["customers"]
    kinds = [kind_of(customer) for customer in customers.get_column("customer_id")]
    return float(adjusted_rand_score(kinds, customers.get_column("segment").to_list()))


def segment_of(view: View, kind: str) -> dict[str, object]:
    """The segment in which most customers of a kind are."""
    customers = view.tables["customers"].filter(pl.col("customer_id").str.starts_with(f"c_{kind}:"))
    code = customers.get_column("segment").mode().sort()[0]
    return view.tables["segments"].row(by_predicate=pl.col("segment") == code, named=True)


def codes_of(view: View) -> list[str]:
    return [note.code for note in view.notes]


def test_planted_kinds_of_customers_are_found() -> None:
    assert answer(1).tables["segments"].height == len(KINDS)
    assert agreement(answer(1)) > 0.9


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 21))
def test_planted_kinds_of_customers_are_found_in_many_shops(seed: int) -> None:
    assert agreement(answer(seed)) > 0.9


def test_segments_say_what_was_planted() -> None:
    said = {kind.code: segment_of(answer(1), kind.code) for kind in KINDS}
    for kind, words in {
        "often_small": ("small orders: CNY ", "short gaps: every 12 days", "bought often: on 9 days", "came again"),
        "seldom_large": ("large orders: CNY ", "long gaps: every ", "came again"),
        "once_new_small": ("bought lately: ", "small orders: CNY ", "bought on one day only"),
        "once_old_large": ("long silent: ", "large orders: CNY ", "bought on one day only"),
    }.items():
        for word in words:
            assert word in str(said[kind]["description"])


def test_segments_say_it_in_chinese() -> None:
    words = str(segment_of(answer(1, "zh"), "often_small")["description"])
    assert words.startswith("来过不止一天；")
    assert "间隔短：平均 12 天买一次（其余人 " in words
    assert {segment_of(answer(1, "zh"), kind.code)["segment_name"] for kind in KINDS} == {
        "回头客·小单·间隔短",
        "回头客·大单·间隔长",
        "一次客·最近来过·小单",
        "一次客·久未来·大单",
    }


def test_languages_differ_in_words_alone() -> None:
    english, chinese = answer(1).tables["segments"], answer(1, "zh").tables["segments"]
    assert english.drop("segment_name", "description").equals(chinese.drop("segment_name", "description"))


def test_a_shop_without_groups_is_told_so() -> None:
    view = plain_answer(0)
    assert "no_segments" in codes_of(view)
    assert view.summary["segment_count"] == 0
    assert view.summary["silhouette"] is None
    for table in ("segments", "examples", "customers"):
        assert view.tables[table].is_empty()
    assert view.tables["segments"].schema == answer(1).tables["segments"].schema
    assert view.tables["customers"].schema == answer(1).tables["customers"].schema
    assert not view.tables["trials"].get_column("is_chosen").any()


@pytest.mark.slow
def test_of_fifteen_shops_without_groups_at_most_one_is_divided() -> None:
    assert sum(plain_answer(seed).summary["segment_count"] != 0 for seed in range(15)) <= 1


def test_sums_are_those_of_all_customers() -> None:
    view = answer(1)
    segments, customers = view.tables["segments"], view.tables["customers"]
    assert segments.get_column("customers").sum() == customers.height == view.summary["customers"]
    assert segments.get_column("net_sales").sum() == customers.get_column("net_sales").sum()
    assert segments.get_column("net_sales").sum() == view.summary["net_sales"]
    assert segments.get_column("share").sum() == pytest.approx(1)
    assert segments.get_column("sales_share").sum() == pytest.approx(1)
    assert customers.get_column("customer_id").is_unique().all()
    assert customers.columns == list(CUSTOMER_COLUMNS)
    assert segments.get_column("net_sales").to_list() == sorted(segments.get_column("net_sales"), reverse=True)
    assert segments.get_column("segment").to_list() == [f"c{place + 1}" for place in range(segments.height)]


def test_figures_of_a_segment_are_those_of_plain_python() -> None:
    orders: dict[str, list[Order]] = {}
    for order in planted_shop(1).orders:
        if order.account:
            orders.setdefault(order.account, []).append(order)
    view = answer(1)
    for row in view.tables["segments"].iter_rows(named=True):
        mine = view.tables["customers"].filter(pl.col("segment") == row["segment"]).get_column("customer_id")
        people = [orders[customer.removeprefix("c_")] for customer in mine]
        days = [sorted({order.day for order in each}) for each in people]
        gaps = [(each[-1] - each[0]).days / (len(each) - 1) for each in days if len(each) > 1]
        averages = [round(sum(order.gross for order in each) / len(each) + 1e-9) for each in people]
        assert row["order_count"] == median(len(each) for each in people)
        assert row["recency_days"] == median((AS_OF - each[-1]).days for each in days)
        assert row["average_order"] == pytest.approx(median(averages), abs=1)
        assert row["usual_gap_days"] == (pytest.approx(median(gaps)) if gaps else None)
        assert row["refund_share"] == 0


def test_examples_are_the_most_typical() -> None:
    view = answer(1)
    examples, customers = view.tables["examples"], view.tables["customers"]
    for code in view.tables["segments"].get_column("segment"):
        mine = customers.filter(pl.col("segment") == code)
        chosen = examples.filter(pl.col("segment") == code).get_column("customer_id").to_list()
        assert len(chosen) == EXAMPLES
        fits = mine.filter(pl.col("customer_id").is_in(chosen)).get_column("fit")
        assert float(fits.min() or 0) > float(mine.get_column("fit").median() or 0)
        assert mine.get_column("fit").is_between(0, 1).all()


def test_money_in_another_unit_changes_nothing() -> None:
    shop = planted_shop(1)
    dearer = Shop(tuple(replace(order, gross=order.gross * 100) for order in shop.orders))
    names = ["customer_id", "segment", "segment_name"]
    found = behaviour_segments(facts_of(dearer)).tables["customers"].select(names).sort("customer_id")
    assert found.equals(answer(1).tables["customers"].select(names).sort("customer_id"))


def test_the_order_of_rows_and_keys_changes_nothing() -> None:
    shop = planted_shop(1)
    orders = list(shop.orders)
    random.Random(5).shuffle(orders)
    again = behaviour_segments(facts_of(Shop(tuple(orders)), seed=9))
    for name, table in answer(1).tables.items():
        assert table.equals(again.tables[name]), name
    assert answer(1).summary == again.summary


def test_other_ids_change_no_segment() -> None:
    facts = facts_of(planted_shop(1))
    renamed = facts.customers.with_columns(customer_id=pl.col("customer_id").str.reverse())
    found = behaviour_segments(replace(facts, customers=renamed))
    assert found.tables["segments"].equals(answer(1).tables["segments"])


def test_what_happens_later_changes_nothing() -> None:
    shop = planted_shop(1)
    later = tuple(Order(f"{KINDS[0].code}:{place}", AS_OF + timedelta(days=9), 999900) for place in range(100))
    found = behaviour_segments(facts_of(Shop(shop.orders + later)), as_of=AS_OF)
    assert found.tables["customers"].equals(answer(1).tables["customers"])


def test_a_trait_that_is_the_same_for_all_does_no_harm() -> None:
    kinds = (
        Kind("often", days=10, gap=8, recency=5, amount=5000),
        Kind("seldom", days=3, gap=100, recency=60, amount=5000),
    )
    shop = planted_shop(4, kinds=kinds, each=120)
    view = behaviour_segments(facts_of(Shop(tuple(replace(order, gross=5000) for order in shop.orders))))
    assert agreement(view) > 0.9
    assert view.tables["segments"].height == 2
    assert not any("orders: CNY" in words for words in view.tables["segments"].get_column("description"))


def test_who_gives_money_back_is_told_by_it() -> None:
    kinds = (
        Kind("keeps", days=4, gap=30, recency=20, amount=5000),
        Kind("returns", days=4, gap=30, recency=150, amount=20000, refunded=0.5),
    )
    view = behaviour_segments(facts_of(planted_shop(2, kinds=kinds, each=120)))
    assert agreement(view) > 0.9
    row = segment_of(view, "returns")
    assert "50% of their money goes back (the others 0%)" in str(row["description"])
    assert row["refund_share"] == pytest.approx(0.5, abs=0.001)


def with_platforms(facts: Facts) -> Facts:
    is_often = pl.col("customer_id").str.starts_with("c_often_small:")
    where = pl.when(is_often).then(pl.lit("douyin")).otherwise(pl.lit("taobao"))
    return replace(facts, customers=facts.customers.with_columns(platforms=where))


def with_items(facts: Facts, shop: Shop) -> Facts:
    """Customers who come often buy one product of one category, the others a new one of another every time."""
    keys = facts.purchases.select("order_key", "account_key").collect()
    often = {customer for customer, kind in ids_of(facts) if kind == "often_small"}
    rows = [
        (order, *(("tea", "drinks") if account in often else (f"book {order}", "books")), "paid")
        for order, account in keys.iter_rows()
    ]
    names = ("order_key", "product", "category", "state")
    table = pl.DataFrame(rows, schema={name: TABLES["items"][name] for name in names}, orient="row")
    whole = table.with_columns(
        pl.lit(None, dtype=dtype).alias(name) for name, dtype in TABLES["items"].items() if name not in names
    )
    return replace(facts, opener=lambda _, columns: whole.lazy().select(columns))


def ids_of(facts: Facts) -> list[tuple[int, str]]:
    rows = facts.customers.select("customer_key", "customer_id").collect().iter_rows()
    return [(key, kind_of(customer)) for key, customer in rows]


def test_where_and_what_a_segment_buys_is_told() -> None:
    shop = planted_shop(0)
    view = behaviour_segments(with_items(with_platforms(facts_of(shop)), shop), lang="zh")
    words = str(segment_of(view, "often_small")["description"])
    assert "100% 的人只在抖音（其余人中 0%）" in words
    assert "100% 的人主要买drinks（其余人中 0%）" in words
    often, seldom = segment_of(view, "often_small"), segment_of(view, "seldom_large")
    assert float(str(often["products_per_order"])) < 0.2
    assert seldom["products_per_order"] == 1
    assert "不同商品" in words or "间隔短" in words


def test_a_number_of_segments_that_holds_is_given_and_another_is_not() -> None:
    facts = facts_of(planted_shop(1))
    asked = behaviour_segments(facts, count=4)
    assert asked.tables["segments"].equals(answer(1).tables["segments"])
    refused = behaviour_segments(facts, count=13)
    assert refused.tables["segments"].is_empty()
    note = next(note for note in refused.notes if note.code == "no_such_segments")
    assert note.values["count"] == 13
    assert "4" in str(note.values["holding"]).split(", ")


@pytest.mark.parametrize("count", [-1, 0, 1, 17])
def test_a_number_of_segments_that_cannot_be_is_refused(count: int) -> None:
    with pytest.raises(CusttierError) as raised:
        behaviour_segments(facts_of(Shop((Order("amy", AS_OF, 100),))), count=count)
    assert (raised.value.code, raised.value.exit_code) == ("bad-count", USAGE)


def test_too_few_customers_are_refused() -> None:
    with pytest.raises(CusttierError) as raised:
        behaviour_segments(facts_of(planted_shop(0, each=24)))
    assert (raised.value.code, raised.value.exit_code) == ("too-few-customers", DATA)
    assert raised.value.values["customers"] == 96


def test_a_part_of_too_few_is_one_segment_beside_the_others() -> None:
    shop = planted_shop(3, kinds=KINDS[:2], each=120)
    once = tuple(Order(f"once:{place}", AS_OF - timedelta(days=place), 1000 + place) for place in range(40))
    view = behaviour_segments(facts_of(Shop(shop.orders + once)))
    assert "not_divided_once" in codes_of(view)
    row = segment_of(view, "once")
    assert (row["customers"], row["description"]) == (40, "all who bought on one day only")
    assert row["segment_name"] == "one-time"
    customers = view.tables["customers"].filter(pl.col("segment") == row["segment"])
    assert customers.get_column("fit").null_count() == 40


def test_like_segments_have_names_of_their_own() -> None:
    kinds = tuple(
        Kind(f"kind{place}", days=1, gap=0, recency=60, amount=amount)
        for place, amount in enumerate((900, 9000, 90000, 900000))
    )
    view = behaviour_segments(facts_of(planted_shop(1, kinds=kinds, each=120)))
    names = view.tables["segments"].get_column("segment_name")
    assert names.len() == 4
    assert names.is_unique().all()
    assert view.tables["segments"].get_column("description").is_unique().all()


def test_customers_who_are_all_the_same_fall_into_no_groups() -> None:
    same = Shop(tuple(Order(f"c{place}", AS_OF, 5000) for place in range(150)))
    view = behaviour_segments(facts_of(same))
    assert codes_of(view) == ["no_segments"]
    assert view.tables["trials"].is_empty()


@pytest.mark.parametrize("seed", range(12))
def test_whatever_the_groups_their_words_are_whole_and_their_names_differ(seed: int) -> None:
    draw = np.random.default_rng(seed)
    height = int(draw.integers(20, 200))
    columns = pl.DataFrame(
        {
            "purchase_days": draw.integers(2, 9, height),
            "order_count": draw.integers(2, 9, height),
            "usual_gap_days": draw.exponential(30, height) + 1,
            "recency_days": draw.integers(0, 400, height),
            "average_order": draw.integers(1, 10**6, height),
            "refund_share": np.where(draw.random(height) < 0.8, 0.0, draw.random(height)),
            "product_count": draw.integers(0, 3, height),
            "main_category": draw.choice(["tea", "books"], height, p=[0.8, 0.2]),
            "platforms": draw.choice(["douyin", "taobao,douyin"], height),
        }
    )
    buyers = with_products_per_order(columns)
    part = Part(AGAIN, buyers, traits_of(buyers, is_once=False), ())
    labels = np.concatenate([np.arange(8), draw.integers(0, 8, height - 8)])
    nothing = np.zeros(0)
    groups = [Group(part, np.flatnonzero(labels == label), nothing, nothing) for label in range(8)]
    for lang in LANGS:
        told = described(groups, lang=lang, currency="CNY")
        assert len({one.name for one in told}) == 8
        assert all(one.name and one.description for one in told)
        assert not any(mark in one.name + one.description for one in told for mark in "{}")
    for group in groups:
        for one in differences(group, currency="CNY"):
            assert one.own != one.others
            assert one.size >= LEAST_DIFFERENCE


def test_a_short_answer_is_the_beginning_of_the_long_one() -> None:
    short = behaviour_segments(facts_of(planted_shop(1)), rows=20)
    long = answer(1).tables["customers"]
    assert short.tables["customers"].equals(long.head(short.tables["customers"].height))
    assert short.heights["customers"] == long.height
    assert short.tables["customers"].height < long.height


def test_every_trait_can_be_said_in_both_languages() -> None:
    for lang in LANGS:
        wanted = {f"{trait.name}.{side}" for trait in TRAITS for side in ("high", "low")}
        assert set(BEHAVIOURS[lang]) == wanted
        assert set(WORDS[lang]) == set(WORDS["en"])
        names = [said.name for said in BEHAVIOURS[lang].values()]
        assert len(set(names)) == len(names)


def customers(**columns: list[float | None]) -> pl.DataFrame:
    height = len(next(iter(columns.values())))
    rest = {trait.name: [1.0] * height for trait in TRAITS} | {
        "product_count": [0] * height,
        "order_count": [2] * height,
    }
    return with_products_per_order(pl.DataFrame(rest | columns).drop("products_per_order"))


def test_traits_by_hand() -> None:
    # quartiles 100, 200, 400 as logarithms: the middle half is log 4 wide
    found = traits_of(customers(average_order=[100, 100, 200, 400, 400]), is_once=False)
    assert [trait.name for trait in found.used] == ["average_order"]
    unit = 1.349 * np.log(2) / np.log(4)
    assert found.rows[:, 0].tolist() == pytest.approx([-unit, -unit, 0, unit, unit])


def test_a_trait_known_of_too_few_is_left_aside_and_who_lacks_one_stands_in_the_middle() -> None:
    gaps: list[float | None] = [float(place + 1) for place in range(20)]
    known = traits_of(customers(usual_gap_days=[None, *gaps[1:]]), is_once=False)
    assert known.rows[0, 0] == 0
    unknown = traits_of(customers(usual_gap_days=[None, None, None, *gaps[3:]]), is_once=False)
    assert unknown.used == ()


def test_far_values_count_as_three_spreads() -> None:
    shares = [0.0] * 99 + [0.9]
    found = traits_of(customers(refund_share=list(shares)), is_once=True)
    assert found.rows[:, 0].max() == 3
    assert mean(found.rows[:99, 0]) == 0
