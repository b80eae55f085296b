"""What is known of every customer: by hand, against plain Python on random shops, and nothing read unasked."""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from statistics import fmean, median, pstdev

import polars as pl
import pytest

from custtier.customer_fields import FIELDS, Kind
from custtier.facts import TABLES, Facts
from custtier.metrics.scope import Scope
from custtier.rates import conversion_to
from custtier.views.basis import Basis, basis_of
from custtier.views.churn.answer import churn
from custtier.views.columns.customers import customer_columns
from custtier.views.rfm.answer import rfm
from metrics import plain
from metrics.shops import Order, Shop, account_key, facts_of, random_shop

AS_OF = date(2026, 6, 30)
SEEDS = [seed for seed in range(0, 120, 4) if plain.people(random_shop(seed), plain.last_day(random_shop(seed)))[0]]


def basis(facts: Facts, as_of: date | None = None) -> Basis:
    return basis_of(facts, scope=Scope(), as_of=as_of)


def with_tables(facts: Facts, **tables: Sequence[dict]) -> Facts:
    """The facts with rows in some tables; every other one is empty, and asking for it is no fault."""

    def opened(name: str, columns: Sequence[str]) -> pl.LazyFrame:
        schema = {column: TABLES[name][column] for column in TABLES[name]}
        return pl.DataFrame(list(tables.get(name, ())), schema=schema).lazy().select(columns)

    return replace(facts, opener=opened)


def order_keys(shop: Shop) -> dict[int, Order]:
    """The order behind each key of `facts_of`."""
    orders = list(shop.orders)
    random.Random(0).shuffle(orders)
    return dict(enumerate(orders))


def of(facts: Facts, account: str, *names: str, as_of: date | None = AS_OF) -> tuple[object, ...]:
    table = customer_columns(basis(facts, as_of), names)
    return table.filter(pl.col("customer_key") == account_key(account)).select(names).row(0)


def days_before(days: int) -> date:
    return AS_OF - timedelta(days=days)


@pytest.mark.parametrize("seed", SEEDS)
def test_sums_days_and_shares_are_those_of_plain_python(seed: int) -> None:
    shop = random_shop(seed)
    as_of = plain.last_day(shop) - timedelta(days=seed % 3 * 40)
    people, _ = plain.people(shop, as_of)
    names = ["order_count", "net_sales", "first_order_on", "last_order_on", "recency_days", "days_since_first"]
    names += ["purchase_days", "largest_order", "order_spread", "weekend_share", "last_gap_days", "shop_count"]
    names += ["refund_share", "shop"]
    table = customer_columns(basis(facts_of(shop), as_of), names)
    assert table["customer_key"].to_list() == sorted(account_key(person) for person in people)
    rows = {row.pop("customer_key"): row for row in table.iter_rows(named=True)}
    for name, person in people.items():
        nets = [net for _, net in person.purchases]
        mine = [one for one in shop.orders if one.account is not None and shop.person(one.account) == name]
        bought = [one for one in mine if plain.net_on(one, as_of) > 0]
        paid = [one for one in mine if one.day <= as_of and not one.closed and one.gross > 0]
        shops = Counter(one.shop for one in bought)
        latest = {shop: max(one.day for one in bought if one.shop == shop) for shop in shops}
        best = sorted(shops, key=lambda shop: (-shops[shop], -latest[shop].toordinal(), shop))
        assert rows[account_key(name)] == {
            "order_count": len(nets),
            "net_sales": sum(nets),
            "first_order_on": person.days[0],
            "last_order_on": person.days[-1],
            "recency_days": (as_of - person.days[-1]).days,
            "days_since_first": (as_of - person.days[0]).days,
            "purchase_days": len(person.days),
            "largest_order": max(nets),
            "order_spread": pytest.approx(pstdev(nets) / fmean(nets)) if len(nets) > 1 else None,
            "weekend_share": pytest.approx(fmean(day.isoweekday() >= 6 for day, _ in person.purchases)),
            "last_gap_days": person.gaps[-1] if person.gaps else None,
            "shop_count": len(shops),
            "refund_share": pytest.approx(
                sum(one.gross - max(plain.net_on(one, as_of), 0) for one in paid) / sum(one.gross for one in paid)
            ),
            "shop": best[0],
        }


@pytest.mark.parametrize("seed", SEEDS[:8])
def test_ranks_and_levels_are_those_that_the_analyses_give(seed: int) -> None:
    facts = facts_of(random_shop(seed))
    names = ["tier", "segment", "rfm", "r_score", "f_score", "m_score", "net_sales"]
    names += ["churn_level", "usual_gap_days", "overdue_ratio", "value_at_stake", "purchase_days", "name"]
    mine = customer_columns(basis(facts), names).join(facts.customers.collect(), on="customer_key")
    scored = (
        rfm(facts)
        .tables["customers"]
        .join(churn(facts, everyone=True).tables["customers"], on="customer_id", suffix="_")
    )
    assert scored.height == mine.height
    both = mine.select("customer_id", *names).join(scored, on="customer_id", suffix="_other")
    for name in names:
        assert both[name].to_list() == both[f"{name}_other"].to_list(), name


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ([89], "cooling"),
        ([90], "lapsed"),
        ([60], "cooling"),
        ([59], "new"),
        ([59, 59], "new"),
        ([0, 59], "active"),
        ([0, 90], "returned"),
        ([0, 89], "active"),
        ([0, 10, 500], "active"),
        ([60, 300], "cooling"),
    ],
)
def test_where_somebody_stands_in_their_time_with_the_shop(days: list[int], expected: str) -> None:
    shop = Shop((*(Order("amy", days_before(one), 100) for one in days), Order("bob", AS_OF, 5)))
    assert of(facts_of(shop), "amy", "lifecycle") == (expected,)


def item(order: int, product: str, *, quantity: float = 1, amount: int | None = None, **more: object) -> dict:
    return {"order_key": order, "item_key": order, "product": product, "quantity": quantity, "amount": amount, **more}


def test_products_are_counted_and_the_one_most_often_bought_is_the_main_one() -> None:
    shop = Shop((*(Order("amy", days_before(days), 100) for days in (9, 5, 1)), Order("bob", AS_OF, 5)))
    key_of = {order.day: key for key, order in order_keys(shop).items()}
    items = [
        item(key_of[days_before(9)], "tea", category="drinks", quantity=2),
        item(key_of[days_before(9)], "cup", category="things"),
        item(key_of[days_before(5)], "cup", category="things"),
        item(key_of[days_before(1)], "tea", category="drinks", quantity=3),
        item(key_of[days_before(1)], "gift", state="refunded"),
    ]
    facts = with_tables(facts_of(shop), items=items)
    names = ("pieces", "product_count", "category_count", "main_product", "main_category")
    assert of(facts, "amy", *names) == (7.0, 2, 2, "tea", "drinks")
    assert of(facts, "bob", *names) == (None, None, None, None, None)
    assert of(facts, "amy", *names, as_of=days_before(5))[3:] == ("cup", "things")


def test_who_buys_below_the_usual_price_is_sensitive_to_prices() -> None:
    people = {"amy": [90, 90, 100, 90], "bob": [100] * 4, "cat": [100, 100, 90], "dan": [80, 80]}
    orders, items = [], []
    for person, prices in people.items():
        orders += [Order(person, days_before(len(orders) + place), price) for place, price in enumerate(prices)]
    shop = Shop(tuple(orders))
    for key, order in order_keys(shop).items():
        items.append(item(key, "tea", quantity=2, amount=order.gross * 2))
        items.append(item(key, "rare", amount=1) if order.gross == 80 else item(key, "tea", amount=None))
    facts = with_tables(facts_of(shop), items=items)
    assert median(price for prices in people.values() for price in prices) == 100
    found = {person: of(facts, person, "bargain_share", "price_sensitivity") for person in people}
    assert found == {
        "amy": (0.75, "high"),
        "bob": (0.0, "low"),
        "cat": (pytest.approx(1 / 3), "medium"),
        "dan": (None, None),
    }
    few = with_tables(facts_of(shop), items=[one for one in items if one["product"] == "tea"][:8])
    assert of(few, "amy", "bargain_share") == (None,)


def test_prices_are_compared_within_their_currency() -> None:
    people = {"amy": ("CNY", 100), "bob": ("CNY", 100), "eve": ("USD", 20), "fay": ("USD", 20)}
    orders = [
        Order(person, days_before(days), price, currency=currency)
        for person, (currency, price) in people.items()
        for days in (1, 2, 3)
    ]
    shop = Shop(tuple(orders))
    items = [item(key, "tea", amount=order.gross) for key, order in order_keys(shop).items()]
    scope = Scope(currency="CNY", conversion=conversion_to("CNY", rates={"USD": 7.0}, base="CNY"))
    facts = with_tables(facts_of(shop), items=items)
    table = customer_columns(basis_of(facts, scope=scope, as_of=AS_OF), ["bargain_share"])
    assert table["bargain_share"].to_list() == [0.0] * 4


def test_the_share_refunded_is_of_one_currency() -> None:
    orders = (Order("amy", AS_OF, 700), Order("amy", AS_OF, 100, undated=50, currency="USD"))
    scope = Scope(currency="CNY", conversion=conversion_to("CNY", rates={"USD": 7.0}, base="CNY"))
    table = customer_columns(basis_of(facts_of(Shop(orders)), scope=scope, as_of=AS_OF), ["refund_share"])
    assert table["refund_share"].to_list() == [350 / 1400]


def test_where_somebody_lives_is_what_the_latest_purchase_shows() -> None:
    shop = Shop(
        (
            Order("amy", days_before(9), 100),
            Order("amy", days_before(1), 100),
            Order("bob", AS_OF, 5),
            Order("cat", AS_OF, 5),
        )
    )
    where = {days_before(9): ("Guangdong", None), days_before(1): ("浙江省", "杭州市")}
    details = [
        {"order_key": key, "province": where[order.day][0], "city": where[order.day][1]}
        for key, order in order_keys(shop).items()
        if order.day in where
    ]
    contacts = [{"account_key": account_key("bob"), "province": "四川", "city": "成都市"}]
    facts = with_tables(facts_of(shop), details=details, contacts=contacts)
    assert of(facts, "amy", "province", "city", "region") == ("浙江", "杭州", "east")
    assert of(facts, "amy", "province", "city", as_of=days_before(5)) == ("广东", None)
    assert of(facts, "bob", "province", "city", "region") == ("四川", "成都", "southwest")
    assert of(facts, "cat", "province", "city", "region") == (None, None, None)


def test_contacts_say_who_looks_after_somebody_and_with_which_tags() -> None:
    shop = Shop(
        (
            Order("amy", AS_OF, 100, channel="live", agent="Li"),
            Order("bob", AS_OF, 5, channel="ad"),
            Order("c", AS_OF, 9),
        ),
        merged={"amy2": "amy"},
    )
    added = datetime(2026, 6, 1, 20, tzinfo=UTC)
    contacts = [
        {"account_key": account_key("amy"), "agent": "Wang", "added_at": added, "first_added_at": added, "tags": "b,a"},
        {"account_key": account_key("amy2"), "agent": "Zhao", "tags": "茶，b", "deleted_at": added},
        {"account_key": account_key("c"), "first_added_at": datetime(2026, 7, 1, tzinfo=UTC), "tags": "later"},
    ]
    facts = with_tables(facts_of(shop), contacts=contacts)
    names = ("is_contact", "added_on", "channel", "agent", "tags")
    assert of(facts, "amy", *names) == (True, date(2026, 6, 2), "live", "Wang", ["a", "b", "茶"])
    assert of(facts, "bob", *names) == (False, None, "ad", None, [])
    assert of(facts, "c", *names) == (False, None, None, None, [])


def test_nothing_is_read_that_is_not_asked_for() -> None:
    facts = facts_of(random_shop(5))
    opened: list[str] = []

    def noted(name: str, columns: Sequence[str]) -> pl.LazyFrame:
        opened.append(name)
        return facts.opener(name, columns)

    watched = replace(facts, opener=noted)
    customer_columns(basis(watched), ["order_count", "tier", "churn_level", "lifecycle"])
    assert opened == []
    customer_columns(basis(watched), ["pieces"])
    assert opened == ["items"]


KINDS: dict[Kind, Callable[[pl.DataType], bool]] = {
    Kind.NUMBER: lambda dtype: dtype.is_numeric(),
    Kind.MONEY: lambda dtype: dtype == pl.Int64,
    Kind.DATE: lambda dtype: dtype == pl.Date,
    Kind.TEXT: lambda dtype: dtype == pl.String,
    Kind.TEXTS: lambda dtype: dtype == pl.List(pl.String),
    Kind.FLAG: lambda dtype: dtype == pl.Boolean,
}


@pytest.mark.parametrize("seed", [0, *SEEDS[:3]])
def test_every_field_has_a_column_of_its_kind(seed: int) -> None:
    facts = facts_of(random_shop(seed)) if seed else facts_of(Shop((Order(None, AS_OF, 5), Order("amy", AS_OF, 5))))
    table = customer_columns(basis(facts), FIELDS)
    assert table.columns == ["customer_key", *FIELDS]
    assert [name for name, field in FIELDS.items() if not KINDS[field.kind](table.schema[name])] == []
    assert table["customer_key"].null_count() == 0
    assert table["customer_key"].n_unique() == table.height
