"""Margins: costs by the most exact name, by their day, against plain Python, and what too few do."""

import math
import random
from datetime import date, timedelta
from fractions import Fraction

import polars as pl
import pytest

from custtier.metrics.scope import Scope
from custtier.views.basis import basis_of
from custtier.views.key.answer import key
from custtier.views.margins import margins_of, with_costs
from metrics.shops import Order, Shop
from views.key_shops import Basket, KeyShop, facts_of_key

AS_OF = date(2026, 3, 31)
GOODS = ("product_id", "product", "specification", "category")
ITEM = {"order_day": pl.Int32, **dict.fromkeys(GOODS, pl.String), "quantity": pl.Float64, "amount": pl.Int64}
COST = {**dict.fromkeys(GOODS, pl.String), "unit_cost": pl.Int64, "margin_share": pl.Float64, "from_day": pl.Int32}
EVER = -(2**31)


def frame(rows: list[dict], schema: dict) -> pl.DataFrame:
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)


def costs_of(items: list[dict], costs: list[dict]) -> list[int | None]:
    told = [{"from_day": EVER, **one} for one in costs]
    found = with_costs(frame([{"order_day": 100, **one} for one in items], ITEM), frame(told, COST))
    return found["cost"].to_list()


def test_the_most_exact_name_tells_the_cost() -> None:
    costs = [
        {"product_id": "7", "specification": "big", "unit_cost": 1},
        {"product_id": "7", "unit_cost": 2},
        {"product": "tea", "specification": "big", "unit_cost": 3},
        {"product": "tea", "unit_cost": 4},
        {"category": "drinks", "unit_cost": 5},
    ]
    items = [
        {"product_id": "7", "product": "tea", "specification": "big", "category": "drinks"},
        {"product_id": "7", "product": "tea", "specification": "small", "category": "drinks"},
        {"product_id": "8", "product": "tea", "specification": "big", "category": "drinks"},
        {"product": "tea", "category": "drinks"},
        {"product": "coffee", "category": "drinks"},
        {"product": "cup"},
    ]
    assert costs_of(items, costs) == [1, 2, 3, 4, 5, None]


def test_pieces_and_margins_of_the_price_are_counted_halves_up() -> None:
    costs = [{"product": "tea", "unit_cost": 333}, {"product": "cup", "margin_share": 0.45}]
    items = [
        {"product": "tea", "quantity": 3.0},
        {"product": "tea", "quantity": 0.5},
        {"product": "cup", "amount": 1010},
        {"product": "cup"},
    ]
    assert costs_of(items, costs) == [999, 167, 556, None]


def test_a_cost_holds_from_its_day_on() -> None:
    costs = [
        {"product": "tea", "unit_cost": 10, "from_day": 50},
        {"product": "tea", "unit_cost": 20, "from_day": 100},
        {"product": "cup", "unit_cost": 1},
    ]
    items = [{"product": "tea", "order_day": day} for day in (49, 50, 99, 100, 500)]
    assert costs_of(items, costs) == [None, 10, 10, 20, 20]


@pytest.mark.parametrize("seed", range(40))
def test_costs_are_those_of_plain_python(seed: int) -> None:
    rng = random.Random(seed)

    def name(*texts: str) -> str | None:
        return rng.choice([None, *texts])

    costs: dict[tuple, dict] = {}
    for _ in range(rng.randrange(1, 25)):
        one = {
            "product_id": name("1", "2"), "product": name("a", "b"), "specification": name("x"),
            "category": name("c", "d"), "from_day": rng.choice([EVER, 10, 20, 30]),
        }  # fmt: skip
        kind = rng.choice(["unit_cost", "margin_share"])
        costs[tuple(one.values())] = {**one, kind: rng.randrange(500) if kind == "unit_cost" else rng.random()}
    items = [
        {
            "order_day": rng.randrange(40), "product_id": name("1", "2", "3"), "product": name("a", "b"),
            "specification": name("x", "y"), "category": name("c"), "quantity": rng.choice([None, 1.0, 2.0, 2.5]),
            "amount": rng.choice([None, 999, 1000]),
        }
        for _ in range(30)
    ]  # fmt: skip
    found = with_costs(frame(items, ITEM), frame(list(costs.values()), COST))["cost"].to_list()
    assert found == [plain_cost(item, list(costs.values())) for item in items]


def plain_cost(item: dict, costs: list[dict]) -> int | None:
    levels = (
        ("product_id", "specification"),
        ("product_id",),
        ("product", "specification"),
        ("product",),
        ("category",),
    )
    for level in levels:
        fitting = [
            cost
            for cost in costs
            if all(cost[name] is not None and cost[name] == item[name] for name in level)
            and ("specification" in level or cost["specification"] is None)
            and (level != ("category",) or (cost["product_id"] is None and cost["product"] is None))
            and cost["from_day"] <= item["order_day"]
        ]
        if not fitting:
            continue
        latest = [cost for cost in fitting if cost["from_day"] == max(one["from_day"] for one in fitting)]
        infinite = math.inf
        best = min(
            latest,
            key=lambda cost: (
                infinite if cost.get("unit_cost") is None else cost["unit_cost"],
                infinite if cost.get("margin_share") is None else cost["margin_share"],
            ),
        )
        if best.get("unit_cost") is not None:
            return math.floor(best["unit_cost"] * (1.0 if item["quantity"] is None else item["quantity"]) + 0.5)
        if item["amount"] is not None:
            return math.floor(item["amount"] * (1 - best["margin_share"]) + 0.5)
    return None


def shop_of(*orders: tuple[str, int, str | None]) -> tuple[Shop, tuple[Basket, ...]]:
    """Orders of a day, by customer, net sales and product."""
    day = AS_OF - timedelta(days=3)
    return (
        Shop(tuple(Order(who, day, net) for who, net, _ in orders)),
        tuple(Basket((product,) if product else ()) for _, _, product in orders),
    )


def test_value_goes_by_margin_where_costs_are_known_of_half_the_sales() -> None:
    shop, baskets = shop_of(("rich", 6000, "tea"), ("poor", 3000, "cup"), ("loss", 500, "pot"), ("new", 500, None))
    costs = tuple({"product": name, "unit_cost": cost} for name, cost in (("tea", 5500), ("cup", 1000), ("pot", 800)))
    view = key(facts_of_key(KeyShop(shop, baskets, costs=costs)), as_of=AS_OF).view
    rows = {row["customer_id"]: row for row in view.tables["customers"].iter_rows(named=True)}
    # known: 9,500 of 10,000 with a margin of 2,200; so 500 of unknown cost leave 115.8
    assert {who: row["year_margin"] for who, row in rows.items()} == {
        "c_rich": 500, "c_poor": 2000, "c_loss": -300, "c_new": 116,
    }  # fmt: skip
    worth = 500 + 2000 + 116
    expected = {"c_poor": 1.0, "c_rich": 1 - Fraction(2000, worth), "c_new": Fraction(116, worth), "c_loss": 0.0}
    assert {who: row["value_score"] for who, row in rows.items()} == {
        who: int(1000 * share) / 10 for who, share in expected.items()
    }
    note = next(note for note in view.notes if note.code == "key_margins")
    assert note.values == {"share": 0.95}
    assert "margin CNY 20.00, nobody has more" in rows["c_poor"]["picked_because"]


def test_margins_of_large_amounts_do_not_overflow() -> None:
    # in rupiah, whose smallest coin is a hundredth of next to nothing
    large = 3 * 10**13
    shop, baskets = shop_of(("rich", 10 * large, "tea"), ("new", large, None))
    facts = facts_of_key(KeyShop(shop, baskets, costs=({"product": "tea", "unit_cost": 6 * large},)))
    found = margins_of(basis_of(facts, scope=Scope(), as_of=AS_OF), since_day=0).rows
    assert found is not None
    assert sorted(found["window_margin"]) == [4 * large // 10, 4 * large]


def test_an_order_of_one_item_without_amount_has_what_the_order_came_to() -> None:
    day = AS_OF - timedelta(days=3)
    shop = Shop((Order("one", day, 1000, refunds=((day, 200),)), Order("two", day, 500), Order("said", day, 300)))
    baskets = (Basket(("tea",)), Basket(("tea", "tea")), Basket(("tea",), amount=250))
    facts = facts_of_key(KeyShop(shop, baskets, costs=({"product": "tea", "margin_share": 0.4},)))
    found = margins_of(basis_of(facts, scope=Scope(), as_of=AS_OF), since_day=0)
    # 800 x 0.4; 300 less 250 x 0.6; which of two items cost how much of 500 is not known: as much margin as the others
    assert found.known_share == 1100 / 1600
    assert found.rows is not None
    assert sorted(found.rows["window_margin"]) == [150, (2 * 500 * 470 + 1100) // 2200, 320]


def test_costs_of_less_than_half_the_sales_are_told_and_do_not_count() -> None:
    shop, baskets = shop_of(("rich", 6000, "tea"), ("poor", 3000, "cup"))
    costs = ({"product": "cup", "unit_cost": 1000}, {"product": "tea", "unit_cost": 1, "currency": "USD"})
    view = key(facts_of_key(KeyShop(shop, baskets, costs=costs)), as_of=AS_OF).view
    assert view.tables["customers"]["year_margin"].to_list() == [None, None]
    assert view.tables["customers"]["value_score"].to_list() == [100.0, 33.3]
    assert "key_few_costs" in {note.code for note in view.notes}


def test_a_shop_that_sells_below_cost_has_no_value_to_tell() -> None:
    shop, baskets = shop_of(("a", 100, "tea"), ("b", 90, "tea"))
    view = key(
        facts_of_key(KeyShop(shop, baskets, costs=({"product": "tea", "unit_cost": 200},))), as_of=AS_OF
    ).view  # fmt: skip
    assert view.tables["customers"]["value_score"].to_list() == [None, None]
    assert "no_key_value" in {note.code for note in view.notes}
