"""`rfm` by cuts of the settings and by cuts kept from another day: by hand, and what may and may not move a score."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from polars.testing import assert_frame_equal

from custtier.errors import NOTHING, USAGE, CusttierError
from custtier.scoring import RfmCuts
from custtier.views.rfm.answer import Asked, rfm
from custtier.views.rfm.cuts import FrozenCuts
from custtier.views.view import View
from metrics import plain
from metrics.shops import Order, Shop, facts_of, of_amounts, random_shop

AS_OF = date(2026, 3, 31)
WRITTEN = RfmCuts(recency_days=(180, 90, 60, 30), net_sales=(100, 300, 500, 1000.005))
FIXED = Asked(cuts="fixed", written=WRITTEN)
SEEDS = [seed for seed in range(0, 200, 7) if plain.people(random_shop(seed), plain.last_day(random_shop(seed)))[0]]


def frozen_of(view: View, *, window_days: int | None = None) -> FrozenCuts:
    """What `--freeze` keeps of an answer."""
    summary: Any = view.summary
    assert view.as_of is not None
    return FrozenCuts(view.as_of, view.currency, window_days, summary["cuts"], summary["high"])


def note_of(view: View, code: str) -> dict[str, object]:
    return next(note.values for note in view.notes if note.code == code)


@pytest.mark.parametrize(
    ("ago", "orders", "fen", "scores", "segment"),
    [
        (30, 6, 100_001, "555", "key_value"),
        (31, 5, 100_000, "444", "key_value"),
        (60, 4, 50_000, "444", "key_value"),
        (61, 3, 49_999, "333", "key_value"),
        (90, 2, 30_000, "323", "key_value"),
        (91, 2, 29_999, "222", "general_keep"),
        (180, 1, 10_000, "212", "general_rescue"),
        (181, 1, 9_999, "111", "general_rescue"),
        (0, 1, 30_000, "513", "key_develop"),
    ],
)
def test_a_score_of_fixed_cuts_begins_exactly_at_its_cut(
    ago: int, orders: int, fen: int, scores: str, segment: str
) -> None:
    rest = fen - (orders - 1)
    bought = [Order("amy", AS_OF - timedelta(days=ago), 1 if one else rest) for one in range(orders)]
    # one customer alone: fixed cuts need no others to be ranked among
    view = rfm(facts_of(Shop(tuple(bought))), as_of=AS_OF, asked=FIXED)
    assert view.tables["customers"].select("rfm", "segment").row(0) == (scores, segment)
    assert view.summary["cuts"] == {"r": [180, 90, 60, 30], "f": [2, 3, 4, 6], "m": [10_000, 30_000, 50_000, 100_001]}
    assert view.summary["high"] == {"r": 90, "f": 2, "m": 30_000}
    assert not {"few_customers", "three_bins"} & {note.code for note in view.notes}


def test_fixed_amounts_are_in_the_main_unit_of_the_currency() -> None:
    shop = Shop(tuple(replace(order, currency="JPY") for order in of_amounts([99, 100, 999, 1000, 1001]).orders))
    table = rfm(facts_of(shop), asked=FIXED).tables["customers"]
    assert table.get_column("m_score").to_list() == [5, 4, 4, 2, 1]


@pytest.mark.parametrize("seed", SEEDS)
def test_cuts_kept_and_used_on_the_same_day_change_nothing(seed: int) -> None:
    facts = facts_of(random_shop(seed), seed=seed)
    try:
        kept = rfm(facts, asked=Asked(freeze=True))
    except CusttierError as refused:
        assert (refused.code, refused.exit_code) == ("nothing-to-freeze", NOTHING)
        return
    again = rfm(facts, asked=Asked(cuts="frozen", frozen=frozen_of(kept)))
    assert again.summary == kept.summary
    for name, table in kept.tables.items():
        assert_frame_equal(table, again.tables[name])
    drift = note_of(again, "frozen_cuts_drift")
    assert drift == {"frozen_on": kept.as_of, "changed": 0, "count": kept.summary["customers"]}


@pytest.mark.parametrize("kind", ["fixed", "frozen"])
@pytest.mark.parametrize("seed", SEEDS)
def test_newcomers_move_nobody_else_under_cuts_that_hold_still(seed: int, kind: str) -> None:
    shop = random_shop(seed)
    as_of = plain.last_day(shop)
    asked = FIXED
    if kind == "frozen":
        if len(plain.people(shop, as_of)[0]) < 10:
            return
        asked = Asked(cuts="frozen", frozen=frozen_of(rfm(facts_of(shop), asked=Asked(freeze=True))))
    more = tuple(Order(f"new{place}", as_of, 90_000 + place) for place in range(30))
    columns = ("customer_id", "rfm", "segment")
    before = rfm(facts_of(shop), as_of=as_of, asked=asked).tables["customers"].select(columns)
    after = rfm(facts_of(replace(shop, orders=(*shop.orders, *more))), as_of=as_of, asked=asked).tables["customers"]
    old = after.select(columns).join(before.select("customer_id"), on="customer_id", how="semi")
    assert_frame_equal(old.sort("customer_id"), before.sort("customer_id"))


def test_the_drift_counts_who_would_have_other_scores_today() -> None:
    shop = of_amounts(range(100, 160), day=AS_OF)
    frozen = frozen_of(rfm(facts_of(shop), asked=Asked(freeze=True)))
    grown = Shop((*shop.orders, *(Order(f"new{place:03}", AS_OF, 10_000 + place) for place in range(60))))
    by_kept = rfm(facts_of(grown), asked=Asked(cuts="frozen", frozen=frozen))
    by_rank = rfm(facts_of(grown))
    one, other = (
        dict(view.tables["customers"].select("customer_id", "rfm").iter_rows()) for view in (by_kept, by_rank)
    )
    changed = sum(one[who] != other[who] for who in one)
    assert changed > 0
    assert note_of(by_kept, "frozen_cuts_drift") == {"frozen_on": AS_OF, "changed": changed, "count": 120}


def test_kept_cuts_score_a_shop_that_has_become_too_small_to_be_ranked() -> None:
    frozen = frozen_of(rfm(facts_of(of_amounts(range(100, 160), day=AS_OF)), asked=Asked(freeze=True)))
    view = rfm(facts_of(of_amounts([100, 159], day=AS_OF)), asked=Asked(cuts="frozen", frozen=frozen))
    assert view.tables["customers"].get_column("m_score").to_list() == [5, 1]
    assert note_of(view, "frozen_cuts") == {"frozen_on": AS_OF}


KEPT = FrozenCuts(AS_OF, "CNY", None, {"r": [9, 8], "f": [2, 3], "m": [1, 2]}, {"r": 9, "f": 2, "m": 1})


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (Asked(cuts="often"), "unknown-cuts"),
        (Asked(cuts="fixed"), "no-fixed-cuts"),
        (Asked(cuts="fixed", written=replace(WRITTEN, net_sales=())), "no-fixed-cuts"),
        (Asked(cuts="frozen"), "no-frozen-cuts"),
        (Asked(cuts="frozen", frozen=KEPT, freeze=True), "freeze-needs-ranks"),
        (Asked(cuts="frozen", frozen=replace(KEPT, currency="USD")), "frozen-otherwise"),
        (Asked(cuts="frozen", frozen=replace(KEPT, window_days=30)), "frozen-otherwise"),
        (Asked(cuts="frozen", frozen=KEPT, window_days=30), "frozen-otherwise"),
    ],
)
def test_cuts_that_are_not_there_or_do_not_fit_are_refused(asked: Asked, code: str) -> None:
    with pytest.raises(CusttierError) as caught:
        rfm(facts_of(of_amounts(range(1, 60), day=AS_OF)), asked=asked)
    assert (caught.value.code, caught.value.exit_code) == (code, USAGE)
