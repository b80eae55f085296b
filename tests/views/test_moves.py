"""`moves` by hand: each cause where only it can be, who counts as moved, and what the tables add up to."""

from dataclasses import replace
from datetime import date

import pytest

from custtier.errors import NOTHING, USAGE, CusttierError
from custtier.facts import Facts
from custtier.metrics.scope import Scope
from custtier.rates import conversion_to
from custtier.scoring import RfmCuts
from custtier.tiering import Tier, TierCuts
from custtier.views.moves.answer import COLUMNS, moves
from custtier.views.moves.classes import By, Classes
from custtier.views.rfm.answer import Asked
from custtier.views.view import View
from metrics.shops import Order, Shop, facts_of, paid

FROM, TO = date(2026, 6, 30), date(2026, 7, 31)
SPENDING = TierCuts((Tier("gold", spending=100), Tier("silver", spending=50), Tier("rest")))
BY_SPENDING = Classes(tiers=SPENDING)
FIXED = RfmCuts(recency_days=(120, 60, 30, 10), net_sales=(50, 100, 200, 400))
BY_FIXED = Classes(by=By.SEGMENT, asked=Asked(cuts="fixed", written=FIXED))


def asked(shop: Shop, classes: Classes | None = None, **more) -> View:
    return moves(facts_of(shop), first=FROM, second=TO, classes=classes, **more)


def moved(view: View) -> dict[str, tuple[str, str, str, str, float]]:
    columns = ("customer_id", "moved_from", "moved_to", "direction", "cause", "cause_share")
    return {who.removeprefix("c_"): tuple(rest) for who, *rest in view.tables["customers"].select(columns).rows()}


def test_own_orders_own_refunds_and_the_cuts_are_told_apart() -> None:
    shop = Shop(
        (
            *(paid(f"u{place}", "2026-06-01", 100 * place) for place in range(1, 11)),
            paid("u1", "2026-07-10", 2000),
            Order("u10", date(2026, 6, 2), 90_000, refunds=((date(2026, 7, 2), 90_000),)),
        )
    )
    # ten customers: core is one, important to two, growing to five
    found = moved(asked(shop))
    assert found.pop("u10")[:3] == ("core", "important", "fallen")
    assert found == {
        "u1": ("regular", "core", "risen", "bought", 1.0),
        "u9": ("important", "growing", "fallen", "cuts_moved", 1.0),
        "u6": ("growing", "regular", "fallen", "cuts_moved", 1.0),
    }


def test_a_refund_after_the_first_day_is_a_cause_of_its_own() -> None:
    shop = Shop(
        (
            Order("amy", date(2026, 6, 1), 12_000, refunds=((date(2026, 7, 1), 4_000),)),
            Order("bob", date(2026, 6, 1), 12_000, refunds=((date(2026, 7, 31), 12_000),)),
            Order("cat", date(2026, 6, 1), 12_000, refunds=((date(2026, 6, 30), 6_000), (date(2026, 8, 1), 6_000))),
            paid("dan", "2026-07-01", 70),
        )
    )
    assert moved(asked(shop, BY_SPENDING)) == {
        "amy": ("gold", "silver", "fallen", "refunded", 1.0),
        "bob": ("gold", "no_purchase", "gone", "refunded", 1.0),
        "dan": ("no_purchase", "silver", "new", "bought", 1.0),
    }


def test_an_order_bought_and_refunded_in_between_is_nothing() -> None:
    shop = Shop((paid("amy", "2026-06-01", 60), Order("amy", date(2026, 7, 1), 9_000, refunds=((TO, 9_000),))))
    view = asked(shop, BY_SPENDING)
    assert (moved(view), view.summary["movers"]) == ({}, 0)


def test_orders_that_leave_the_window_age_and_without_a_window_tiers_do_not() -> None:
    shop = Shop((paid("amy", "2026-06-01", 120), paid("bob", "2026-06-20", 60), paid("bob", "2026-05-20", 60)))
    windowed = replace(BY_SPENDING, window_days=45)
    view = asked(shop, windowed)
    assert moved(view) == {
        "amy": ("gold", "no_purchase", "gone", "aged", 1.0),
        "bob": ("gold", "silver", "fallen", "aged", 1.0),
    }
    assert [note.values for note in view.notes if note.code == "two_windows"] == [{"days": 45}]
    assert moved(asked(shop, BY_SPENDING)) == {}
    assert "aged" not in asked(shop, BY_SPENDING).tables["causes"].get_column("cause").to_list()


def test_who_is_silent_ages_out_of_a_class_and_who_buys_as_always_stays() -> None:
    shop = Shop(
        (
            paid("amy", "2026-06-15", 300),
            paid("bob", "2026-06-15", 300),
            paid("bob", "2026-07-16", 1),
            paid("cat", "2026-05-31", 300),
        )
    )
    # recency is high up to 60 days; bob gets his second order
    assert moved(asked(shop, BY_FIXED)) == {
        "bob": ("key_develop", "key_value", "changed", "bought", 1.0),
        "cat": ("key_develop", "key_rescue", "changed", "aged", 1.0),
    }


def test_two_changes_that_are_both_needed_share_a_move_and_the_first_named_stands() -> None:
    tiers = TierCuts((Tier("gold", customers="50%"), Tier("rest")))
    # 65 are gold for amy only since bob, who had 100, has 50
    shop = Shop(
        (
            paid("amy", "2026-06-15", 40),
            paid("amy", "2026-07-05", 25),
            Order("bob", date(2026, 6, 1), 10_000, refunds=((date(2026, 7, 3), 5_000),)),
        )
    )
    found = moved(asked(shop, Classes(tiers=tiers)))
    assert found == {
        "bob": ("gold", "rest", "fallen", "refunded", 1.0),
        "amy": ("rest", "gold", "risen", "bought", 0.5),
    }


def test_who_buys_less_than_leaves_the_window_falls_by_time() -> None:
    # time alone would have taken amy out, the order alone would have kept her up
    shop = Shop((paid("amy", "2026-06-01", 120), paid("amy", "2026-07-20", 60)))
    assert moved(asked(shop, replace(BY_SPENDING, window_days=45))) == {
        "amy": ("gold", "silver", "fallen", "aged", 1.0),
    }


def test_a_shop_that_begins_after_the_first_day_has_newcomers_only() -> None:
    shop = Shop(tuple(paid(f"u{place}", "2026-07-02", 10 + place) for place in range(12)))
    for classes in (Classes(), Classes(by=By.SEGMENT)):
        view = asked(shop, classes)
        assert (view.summary["customers_then"], view.summary["newcomers"], view.summary["movers"]) == (0, 12, 12)
        assert set(view.tables["customers"].get_column("cause")) == {"bought"}


def test_the_matrix_adds_up_to_the_customers_of_both_days() -> None:
    shop = Shop(
        (
            paid("amy", "2026-06-01", 60),
            paid("amy", "2026-07-01", 60),
            paid("bob", "2026-06-01", 60),
            Order("cat", date(2026, 6, 1), 500, refunds=((TO, 500),)),
            paid("dan", "2026-07-01", 1),
            paid(None, "2026-07-01", 7),
        )
    )
    view = asked(shop, BY_SPENDING)
    assert view.tables["matrix"].rows() == [
        ("gold", 0, 0, 0, 0),
        ("silver", 1, 1, 0, 0),
        ("rest", 0, 0, 0, 1),
        ("no_purchase", 0, 0, 1, 0),
    ]
    assert view.tables["pairs"].rows() == [
        ("silver", "gold", 1, 6000, 12_000),
        ("silver", "silver", 1, 6000, 6000),
        ("rest", "no_purchase", 1, 500, 0),
        ("no_purchase", "rest", 1, 0, 100),
    ]
    assert view.tables["causes"].rows() == [
        ("bought", 2, 2 / 3, 1, 0, 6000, 12_100),
        ("refunded", 1, 1 / 3, 0, 0, 500, 0),
        ("cuts_moved", 0, 0.0, 0, 0, 0, 0),
    ]
    assert dict(view.summary) == {
        **{"customers_then": 3, "customers": 3, "movers": 3, "newcomers": 1, "leavers": 1, "risen": 1, "fallen": 0},
        **{"net_sales_then": 12_500, "net_sales": 18_100, "unattributed_orders": 1, "unattributed_sales": 700},
    }


def test_everyone_is_listed_on_asking_and_the_larger_net_sales_of_two_days_come_first() -> None:
    shop = Shop(
        (
            paid("amy", "2026-06-01", 60),
            paid("bob", "2026-07-01", 60),
            Order("cat", date(2026, 6, 1), 50_000, refunds=((TO, 50_000),)),
        )
    )
    view = asked(shop, BY_SPENDING, everyone=True)
    assert view.tables["customers"].columns == list(COLUMNS)
    assert list(moved(view)) == ["cat", "amy", "bob"]
    assert moved(view)["amy"] == ("silver", "silver", None, None, None)
    cut = asked(shop, BY_SPENDING, rows=1)
    assert (cut.tables["customers"].height, cut.heights) == (1, {"customers": 2})


def test_the_same_day_twice_moves_nobody() -> None:
    shop = Shop((paid("amy", "2026-06-01", 60), Order("bob", FROM, 500, refunds=((FROM, 100),))))
    view = moves(facts_of(shop), first=FROM, second=FROM)
    assert view.summary["movers"] == 0
    assert view.tables["customers"].is_empty()
    # no cause has a share of no moves
    assert set(view.tables["causes"].get_column("share")) == {None}


def test_own_names_of_tiers_go_with_the_answer() -> None:
    tiers = TierCuts((Tier("gold", zh="金", spending=50), Tier("rest")))
    view = asked(Shop((paid("amy", "2026-06-01", 60),)), Classes(tiers=tiers))
    assert view.labels == {"tier": {"gold": {"zh": "金"}}}


def test_filters_hold_on_both_days() -> None:
    shop = Shop(
        (
            paid("amy", "2026-06-01", 60),
            replace(paid("amy", "2026-06-02", 60), shop="second"),
            replace(paid("amy", "2026-07-02", 60), shop="second"),
        )
    )
    assert moved(asked(shop, BY_SPENDING)) == {}
    view = asked(shop, BY_SPENDING, scope=Scope(shops=("second",)))
    assert moved(view) == {"amy": ("silver", "gold", "risen", "bought", 1.0)}


@pytest.mark.parametrize(
    ("classes", "first", "code", "exit_code"),
    [
        (Classes(by="grade"), FROM, "unknown-by", USAGE),
        (Classes(), date(2026, 8, 1), "moves-backwards", USAGE),
        (Classes(by=By.SEGMENT), FROM, "too-few-to-compare", NOTHING),
        (Classes(by=By.SEGMENT, asked=Asked(scheme="none")), FROM, "unknown-scheme", USAGE),
        (Classes(by=By.SEGMENT, asked=Asked(cuts="frozen")), FROM, "no-frozen-cuts", USAGE),
    ],
)
def test_what_cannot_be_compared_is_refused(classes: Classes, first: date, code: str, exit_code: int) -> None:
    shop = Shop((paid("amy", "2026-06-01", 60),))
    with pytest.raises(CusttierError) as caught:
        moves(facts_of(shop), first=first, second=TO, classes=classes)
    assert (caught.value.code, caught.value.exit_code) == (code, exit_code)


def known_then(shop: Shop, *later: Order) -> tuple[Facts, Facts]:
    """What is known now, and what was known before some of the orders had been imported."""
    return facts_of(Shop((*shop.orders, *later), shop.merged)), facts_of(shop)


def test_orders_of_the_first_day_that_came_in_later_are_data_that_changed() -> None:
    shop = Shop((paid("amy", "2026-06-01", 60), paid("bob", "2026-06-01", 60)))
    facts, then = known_then(
        shop, paid("amy", "2026-06-02", 60), paid("bob", "2026-07-02", 60), paid("cat", "2026-06-02", 1)
    )
    view = moves(facts, first=FROM, second=TO, classes=BY_SPENDING, facts_then=then)
    assert moved(view) == {
        "amy": ("silver", "gold", "risen", "data_changed", 1.0),
        "bob": ("silver", "gold", "risen", "bought", 1.0),
        "cat": ("no_purchase", "rest", "new", "data_changed", 1.0),
    }
    assert view.tables["causes"].get_column("cause").to_list() == ["bought", "refunded", "cuts_moved", "data_changed"]
    assert view.summary["customers_then"] == 2


def test_who_was_known_then_alone_is_gone() -> None:
    then = facts_of(Shop((paid("amy", "2026-06-01", 60), paid("bob", "2026-06-01", 70))))
    view = moves(
        facts_of(Shop((paid("amy", "2026-06-01", 60),))), first=FROM, second=TO, classes=BY_SPENDING, facts_then=then
    )
    assert moved(view) == {"bob": ("silver", "no_purchase", "gone", "data_changed", 1.0)}
    assert view.tables["customers"].select("order_count_then", "order_count", "net_sales").row(0) == (1, 0, 0)


def test_without_news_what_was_known_then_changes_nothing() -> None:
    shop = Shop((paid("amy", "2026-06-01", 60), Order("bob", date(2026, 6, 1), 600, refunds=((TO, 100),))))
    facts = facts_of(shop)
    one = moves(facts, first=FROM, second=TO, classes=BY_SPENDING)
    other = moves(facts, first=FROM, second=TO, classes=BY_SPENDING, facts_then=facts)
    assert (one.summary, moved(one)) == (other.summary, moved(other))


def test_other_currencies_count_at_the_rates_of_the_settings() -> None:
    shop = Shop(
        (
            paid("amy", "2026-06-01", 60),
            replace(paid("amy", "2026-07-01", 10), currency="USD"),
            Order("bob", date(2026, 6, 1), 2_000, refunds=((date(2026, 7, 3), 1_000),), currency="USD"),
            replace(paid("cat", "2026-06-01", 100), currency="EUR"),
        )
    )
    scope = Scope(currency="CNY", conversion=conversion_to("CNY", rates={"USD": 7}, base="CNY"))
    view = asked(shop, BY_SPENDING, scope=scope)
    assert moved(view) == {
        "amy": ("silver", "gold", "risen", "bought", 1.0),
        "bob": ("gold", "silver", "fallen", "refunded", 1.0),
    }
    assert (view.summary["net_sales_then"], view.summary["net_sales"], view.currency) == (20_000, 20_000, "CNY")
