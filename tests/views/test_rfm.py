"""`rfm`: by hand, against plain Python on 200 random shops, every class and cell, small and odd shops."""

from datetime import date, timedelta
from itertools import product

import polars as pl
import pytest

from custtier.errors import NOTHING, USAGE, CusttierError
from custtier.schema import SEGMENTS
from custtier.views.rfm.answer import COLUMNS, Asked, rfm
from custtier.views.rfm.segments import GRID10, grid_of_ten
from custtier.views.view import View
from metrics import plain
from metrics.shops import Order, Shop, customer_id, facts_of, of_amounts, random_shop

AS_OF = date(2026, 3, 31)


def shop_of(*customers: tuple[int, int, int]) -> Shop:
    """Customers of (days ago, orders, net sales of all of them)."""
    return Shop(
        tuple(
            Order(f"u{place:03}", AS_OF - timedelta(days=ago), net // count + (net % count if one == 0 else 0))
            for place, (ago, count, net) in enumerate(customers)
            for one in range(count)
        )
    )


def notes_of(view: View) -> list[str]:
    return [note.code for note in view.notes]


FIFTY = shop_of(*((place, 1 + place % 7, 1000 * (place + 1)) for place in range(50)))


def test_fifty_customers_are_scored_by_fifths() -> None:
    view = rfm(facts_of(FIFTY), as_of=AS_OF)
    assert view.summary == {
        "customers": 50,
        "orders": sum(1 + place % 7 for place in range(50)),
        "net_sales": 1_275_000,
        "unattributed_orders": 0,
        "unattributed_sales": 0,
        "cuts": {"r": [39, 29, 19, 9], "f": [2, 3, 4, 6], "m": [11_000, 21_000, 31_000, 41_000]},
    }
    table = view.tables["customers"]
    assert table.columns == list(COLUMNS)
    assert table.select("customer_id", "recency_days", "order_count", "net_sales", "rfm").row(0) == (
        ("c_u049", 49, 1, 50_000, "115")
    )
    for letter in ("r_score", "m_score"):
        assert table.get_column(letter).value_counts().get_column("count").to_list() == [10] * 5
    by_orders = dict(table.select("order_count", "f_score").unique().rows())
    assert by_orders == {1: 1, 2: 2, 3: 3, 4: 4, 5: 4, 6: 5, 7: 5}
    assert notes_of(view) == []


def test_the_class_is_by_the_medians_and_a_second_order() -> None:
    # medians: 45 days, 5,500; both reached by half of the ten
    shop = shop_of(*((10 * place, 1 + place % 2, 1000 * (10 - place)) for place in range(10)))
    table = rfm(facts_of(shop), as_of=AS_OF).tables["customers"]
    assert table.get_column("segment").to_list() == ["key_develop", "key_value"] * 2 + ["key_develop"] + [
        "general_keep",
        "general_rescue",
    ] * 2 + ["general_keep"]


def test_a_customer_at_both_medians_is_recent_and_rich() -> None:
    shop = shop_of((0, 1, 900), *([(30, 2, 500)] * 9), (90, 1, 100))
    table = rfm(facts_of(shop), as_of=AS_OF).tables["customers"]
    assert table.get_column("segment").to_list() == ["key_develop", *["key_value"] * 9, "general_rescue"]


@pytest.mark.parametrize(
    ("customers", "scores", "codes"),
    [
        (9, None, ["few_customers"]),
        (10, {1, 3, 5}, ["three_bins"]),
        (49, {1, 3, 5}, ["three_bins"]),
        (50, {1, 2, 3, 4, 5}, []),
        (51, {1, 2, 3, 4, 5}, []),
    ],
)
def test_small_shops_get_fewer_scores_and_a_note(customers: int, scores: set[int] | None, codes: list[str]) -> None:
    view = rfm(facts_of(of_amounts(range(1, customers + 1))))
    table = view.tables["customers"]
    assert notes_of(view) == codes
    if scores is None:
        empty = table.select("r_score", "f_score", "m_score", "rfm", "segment")
        assert empty.null_count().row(0) == (customers,) * 5
        assert view.summary["cuts"] == {"r": [], "f": [], "m": []}
        assert view.tables["segments"].is_empty()
        assert table.get_column("tier").null_count() == 0
    else:
        assert set(table.get_column("m_score")) == scores


def test_equal_amounts_and_days_get_equal_scores_and_leave_higher_ones_to_nobody() -> None:
    view = rfm(facts_of(of_amounts([500] * 60)))
    assert set(view.tables["customers"].get_column("rfm")) == {"111"}
    assert set(view.tables["customers"].get_column("segment")) == {"key_develop"}
    assert view.summary["cuts"] == {"r": [None] * 4, "f": [2, 3, 4, 6], "m": [None] * 4}


@pytest.mark.parametrize("scheme", ["chinese8", "grid10"])
def test_the_segments_add_up_to_all_customers_and_sales(scheme: str) -> None:
    view = rfm(facts_of(FIFTY), as_of=AS_OF, asked=Asked(scheme=scheme))
    table = view.tables["segments"]
    assert table.columns == ["segment", "customers", "net_sales", "share", "sales_share"]
    assert table.get_column("segment").to_list() == list(SEGMENTS if scheme == "chinese8" else GRID10)
    assert table.get_column("customers").sum() == 50
    assert table.get_column("net_sales").sum() == view.summary["net_sales"]
    assert table.get_column("share").sum() == pytest.approx(1)


def test_every_class_is_reachable() -> None:
    customers = [(ago, orders, net) for ago, orders, net in product((1, 100), (1, 2), (100, 9000))] * 2
    table = rfm(facts_of(shop_of(*customers)), as_of=AS_OF).tables["customers"]
    assert set(table.get_column("segment")) == set(SEGMENTS)
    assert table.group_by("segment").len().get_column("len").to_list() == [2] * 8


def test_every_cell_of_the_grid_lies_in_one_segment_and_every_segment_has_a_cell() -> None:
    cells = pl.DataFrame(list(product(range(1, 6), range(1, 6))), schema=["r_score", "f_score"], orient="row")
    found = cells.with_columns(grid_of_ten().cast(pl.String).alias("segment"))
    assert found.get_column("segment").null_count() == 0
    assert set(found.get_column("segment")) == set(GRID10)
    corners = {(row[0], row[1]): row[2] for row in found.rows()}
    assert corners[5, 5] == "champions"
    assert corners[5, 1] == "new"
    assert corners[1, 5] == "cannot_lose"
    assert corners[1, 1] == "hibernating"
    assert corners[4, 1] == "promising"


def test_every_cell_of_the_grid_is_reached_by_a_shop() -> None:
    orders = (1, 2, 3, 4, 6)
    customers = [(20 * days, orders[place], 1000) for days in range(5) for place in range(5)] * 2
    table = rfm(facts_of(shop_of(*customers)), as_of=AS_OF, asked=Asked(scheme="grid10")).tables["customers"]
    assert table.select("r_score", "f_score").unique().height == 25
    assert set(table.get_column("segment")) == set(GRID10)


def test_three_bins_reach_nine_segments_of_the_grid() -> None:
    customers = [(20 * days, orders, 1000) for days in range(3) for orders in (1, 2, 3)] * 2
    table = rfm(facts_of(shop_of(*customers)), as_of=AS_OF, asked=Asked(scheme="grid10")).tables["customers"]
    assert set(table.get_column("segment")) == set(GRID10) - {"promising"}


@pytest.mark.parametrize("seed", range(200))
def test_rfm_agrees_with_counting_in_plain_python(seed: int) -> None:
    shop = random_shop(seed)
    as_of = plain.last_day(shop)
    found, nobody = plain.people(shop, as_of)
    if not found:
        with pytest.raises(CusttierError) as caught:
            rfm(facts_of(shop))
        assert caught.value.exit_code == NOTHING
        return
    view = rfm(facts_of(shop, seed=seed))
    assert (view.summary["unattributed_orders"], view.summary["unattributed_sales"]) == (len(nobody), sum(nobody))
    assert view.summary["orders"] == sum(len(person.purchases) for person in found.values())
    everyone = list(found.values())
    rows = []
    for who, person in sorted(found.items(), key=lambda one: (-one[1].net, customer_id(one[0]))):
        scored = plain.scores(person, everyone, as_of)
        recency = (as_of - person.days[-1]).days
        values = (customer_id(who), person.days[-1], recency, len(person.purchases), person.net)
        text = None if scored is None else "".join(str(one) for one in scored)
        segment = plain.segment(person, everyone, as_of)
        tier = plain.tier(person.net, [other.net for other in everyone])
        rows.append((*values, *(scored or (None, None, None)), text, segment, tier, person.days[0]))
    assert view.tables["customers"].drop("name", "phone", "platforms").rows() == rows


@pytest.mark.parametrize("seed", range(0, 200, 10))
def test_the_cuts_shown_are_those_that_score(seed: int) -> None:
    view = rfm(facts_of(random_shop(seed)))
    cuts = view.summary["cuts"]
    assert isinstance(cuts, dict)
    step = 1 if len(cuts["f"]) == 4 else 2
    for row in view.tables["customers"].iter_rows(named=True):
        if row["r_score"] is None:
            assert cuts == {"r": [], "f": [], "m": []}
            continue
        reached = [row["recency_days"] <= most for most in cuts["r"] if most is not None]
        assert row["r_score"] == 1 + step * sum(reached)
        assert row["f_score"] == 1 + step * sum(row["order_count"] >= least for least in cuts["f"])
        assert row["m_score"] == 1 + step * sum(row["net_sales"] >= least for least in cuts["m"] if least is not None)


def test_an_unknown_scheme_is_refused() -> None:
    with pytest.raises(CusttierError) as caught:
        rfm(facts_of(FIFTY), asked=Asked(scheme="grid9"))
    assert (caught.value.code, caught.value.exit_code) == ("unknown-scheme", USAGE)
