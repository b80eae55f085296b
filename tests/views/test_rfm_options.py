"""`rfm` with a window and with the matrices: by hand, against plain Python, and what never changes."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from polars.testing import assert_frame_equal

from custtier.errors import NOTHING, CusttierError
from custtier.views.rfm.answer import Asked, rfm
from metrics import plain
from metrics.shops import Order, Shop, customer_id, facts_of, of_amounts, paid, random_shop

AS_OF = date(2026, 3, 31)
SEEDS = range(0, 200, 5)


def bought(shop: Shop) -> bool:
    return bool(plain.people(shop, plain.last_day(shop))[0])


def test_a_window_counts_its_own_days_and_recency_counts_all() -> None:
    shop = Shop(
        (
            paid("amy", "2026-03-31", 10),
            paid("amy", "2026-03-22", 20),
            paid("amy", "2026-03-21", 40),
            paid("bob", "2025-01-01", 5000),
            paid(None, "2026-03-30", 7),
            paid(None, "2026-01-30", 9),
        )
    )
    view = rfm(facts_of(shop), asked=Asked(window_days=10))
    table = view.tables["customers"].select(
        "customer_id", "recency_days", "order_count", "net_sales", "tier", "first_order_on"
    )
    assert table.rows() == [
        ("c_amy", 0, 2, 3000, "regular", date(2026, 3, 21)),
        ("c_bob", 454, 0, 0, "core", date(2025, 1, 1)),
    ]
    assert (view.summary["customers"], view.summary["orders"], view.summary["net_sales"]) == (2, 2, 3000)
    assert (view.summary["unattributed_orders"], view.summary["unattributed_sales"]) == (1, 700)
    windowed = next(note for note in view.notes if note.code == "windowed")
    assert windowed.values == {"days": 10, "since": date(2026, 3, 22), "as_of": AS_OF}


def test_who_bought_nothing_in_the_window_scores_one_and_is_never_a_key_customer() -> None:
    recent = [Order(f"new{place}", AS_OF, 100 + place) for place in range(20)]
    silent = [Order(f"old{place}", AS_OF - timedelta(days=300), 99_999) for place in range(60)]
    table = rfm(facts_of(Shop((*recent, *silent))), asked=Asked(window_days=30)).tables["customers"]
    old = table.filter(table.get_column("order_count") == 0)
    assert old.height == 60
    assert set(old.get_column("rfm")) == {"111"}
    assert set(old.get_column("segment").str.head(8)) == {"general_"}
    assert set(table.head(20).get_column("segment")) == {"key_develop"}


def test_a_window_without_a_purchase_is_nothing_to_answer() -> None:
    with pytest.raises(CusttierError) as caught:
        rfm(facts_of(of_amounts([100] * 12)), as_of=AS_OF, asked=Asked(window_days=30))
    assert (caught.value.code, caught.value.exit_code) == ("no-purchases", NOTHING)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_window_over_everything_changes_nothing(seed: int) -> None:
    shop = random_shop(seed)
    if not bought(shop):
        return
    one, other = rfm(facts_of(shop)), rfm(facts_of(shop), asked=Asked(window_days=36_500))
    assert one.summary == other.summary
    for name, table in one.tables.items():
        assert_frame_equal(table, other.tables[name])


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("days", [30, 365])
def test_a_window_agrees_with_counting_in_plain_python(seed: int, days: int) -> None:
    shop = random_shop(seed)
    as_of = plain.last_day(shop)
    found, _ = plain.people(shop, as_of)
    first = as_of - timedelta(days=days - 1)
    # the second route scores people whose purchases outside the window are nothing but a day
    cut = {
        who: replace(person, purchases=[(day, net if day >= first else 0) for day, net in person.purchases])
        for who, person in found.items()
    }
    inside = {who: sum(1 for day, _ in person.purchases if day >= first) for who, person in found.items()}
    asked = Asked(window_days=days)
    if not any(plain.net_on(order, as_of) > 0 and order.day >= first for order in shop.orders) or not found:
        with pytest.raises(CusttierError):
            rfm(facts_of(shop), asked=asked)
        return
    table = rfm(facts_of(shop, seed=seed), asked=asked).tables["customers"]
    everyone = list(cut.values())
    by_orders = {0: 1, 1: 1, 2: 2, 3: 3, 4: 4, 5: 4} if len(everyone) >= 50 else {0: 1, 1: 1, 2: 3}
    rows = {}
    for who, person in cut.items():
        scored = plain.scores(person, everyone, as_of)
        text = scored and f"{scored[0]}{by_orders.get(inside[who], 5)}{scored[2]}"
        tier = plain.tier(found[who].net, [other.net for other in found.values()])
        rows[customer_id(who)] = (inside[who], person.net, text, tier)
    assert {
        row[0]: row[1:] for row in table.select("customer_id", "order_count", "net_sales", "rfm", "tier").rows()
    } == rows


def test_the_matrices_count_who_has_each_pair_of_scores() -> None:
    # twelve customers, three bins: scores 1, 3 and 5 of recency and money run against each other
    shop = Shop(
        tuple(
            Order(f"u{place:02}", AS_OF - timedelta(days=place), 1000 + 100 * place)
            for place in range(12)
            for _ in range(1 + place // 6)
        )
    )
    tables = rfm(facts_of(shop), asked=Asked(with_matrix=True)).tables
    assert list(tables) == ["customers", "segments", "matrix_rf", "matrix_rm"]
    by_orders = tables["matrix_rf"]
    assert by_orders.columns == [
        "r_score",
        *(f"f{score}_customers" for score in (1, 3, 5)),
        *(f"f{score}_sales" for score in (1, 3, 5)),
        "customers",
        "net_sales",
    ]
    assert by_orders.rows() == [
        (5, 4, 0, 0, 4600, 0, 0, 4, 4600),
        (3, 2, 2, 0, 2900, 6600, 0, 4, 9500),
        (1, 0, 4, 0, 0, 15_600, 0, 4, 15_600),
    ]
    assert tables["matrix_rm"].select("r_score", "m1_customers", "m3_customers", "m5_customers").rows() == [
        (5, 4, 0, 0),
        (3, 0, 4, 0),
        (1, 0, 0, 4),
    ]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_matrices_agree_with_the_customers(seed: int) -> None:
    shop = random_shop(seed)
    if not bought(shop):
        return
    view = rfm(facts_of(shop, seed=seed), asked=Asked(with_matrix=True))
    people = [row for row in view.tables["customers"].iter_rows(named=True) if row["rfm"] is not None]
    for letter in "fm":
        table = view.tables[f"matrix_r{letter}"]
        assert table.height == (0 if not people else len(set("12345" if len(people) >= 50 else "135")))
        for row in table.iter_rows(named=True):
            for score in range(1, 6):
                if f"{letter}{score}_sales" not in row:
                    continue
                here = [
                    one["net_sales"]
                    for one in people
                    if (one["r_score"], one[f"{letter}_score"]) == (row["r_score"], score)
                ]
                assert (row[f"{letter}{score}_customers"], row[f"{letter}{score}_sales"]) == (len(here), sum(here))
        assert table.get_column("customers").sum() == len(people)
        assert table.get_column("net_sales").sum() == sum(one["net_sales"] for one in people)
