"""`churn`: by hand at every boundary, against plain Python on 200 random shops, small and odd shops."""

from datetime import date, timedelta
from fractions import Fraction

import polars as pl
import pytest

from custtier.errors import NOTHING, USAGE, CusttierError
from custtier.settings import ChurnLevels
from custtier.views.churn.answer import COLUMNS, churn
from custtier.views.rfm.answer import rfm
from custtier.views.view import View
from metrics import plain
from metrics.shops import Order, Shop, customer_id, facts_of, random_shop

AS_OF = date(2026, 3, 31)


def bought(account: str, *days_ago: int, net: int = 1000) -> tuple[Order, ...]:
    return tuple(Order(account, AS_OF - timedelta(days=ago), net) for ago in days_ago)


def shop_of(*orders: tuple[Order, ...]) -> Shop:
    return Shop(tuple(order for some in orders for order in some))


def levels(view: View) -> dict[str, str | None]:
    return dict(view.tables["customers"].select("customer_id", "churn_level").rows())


def notes_of(view: View) -> list[str]:
    return [note.code for note in view.notes]


def test_90_days_without_a_purchase_is_lapsed_and_89_is_not() -> None:
    shop = shop_of(*(bought(f"u{ago}", ago) for ago in (59, 60, 74, 75, 89, 90, 91)))
    view = churn(facts_of(shop), as_of=AS_OF)
    assert levels(view) == {
        "c_u60": "watch",
        "c_u74": "watch",
        "c_u75": "warning",
        "c_u89": "warning",
        "c_u90": "lapsed",
        "c_u91": "lapsed",
    }
    assert view.summary == {
        "customers": 7,
        "lapsed": 2,
        "lapsed_share": 2 / 7,
        "at_risk": 4,
        "value_at_stake": 6000,
        "days": 90,
        "method": "fixed",
        "unattributed_orders": 0,
        "unattributed_sales": 0,
        "yearly_churn_rate": None,
        "seasonal": 0,
        "suggested_days": None,
    }
    assert view.parameters == {"days": 90, "method": "fixed", "all": False}
    assert view.tables["customers"].columns == list(COLUMNS)


def test_the_levels_of_100_days_begin_at_67_and_84() -> None:
    shop = shop_of(*(bought(f"u{ago}", ago) for ago in (66, 67, 83, 84, 99, 100)))
    found = levels(churn(facts_of(shop), as_of=AS_OF, days=100))
    assert found == {"c_u67": "watch", "c_u83": "watch", "c_u84": "warning", "c_u99": "warning", "c_u100": "lapsed"}


def test_one_day_means_no_purchase_on_the_day_observed() -> None:
    shop = shop_of(bought("today", 0), bought("yesterday", 1))
    assert levels(churn(facts_of(shop), as_of=AS_OF, days=1)) == {"c_yesterday": "lapsed"}


def test_everyone_lists_the_others_without_a_level() -> None:
    shop = shop_of(bought("new", 1), bought("old", 100))
    view = churn(facts_of(shop), as_of=AS_OF, everyone=True)
    assert levels(view) == {"c_new": None, "c_old": "lapsed"}
    assert view.summary["value_at_stake"] == 1000


def test_the_own_rhythm_warns_at_one_and_a_half_two_and_three_gaps() -> None:
    # each bought every ten days until so many days ago
    shop = shop_of(*(bought(f"u{ago}", ago, ago + 10, ago + 20) for ago in (14, 15, 19, 20, 29, 30)))
    view = churn(facts_of(shop), as_of=AS_OF, method="own")
    assert levels(view) == {
        "c_u15": "watch",
        "c_u19": "watch",
        "c_u20": "warning",
        "c_u29": "warning",
        "c_u30": "lapsed",
    }
    assert view.summary["days"] is None


def test_thirds_of_days_reach_their_level_exactly() -> None:
    # a usual gap of 10/3 days: five days are one and a half of them, ten are three
    shop = shop_of(bought("five", 5, 8, 11, 15), bought("ten", 10, 13, 16, 20))
    assert levels(churn(facts_of(shop), as_of=AS_OF, method="own")) == {"c_five": "watch", "c_ten": "lapsed"}


def test_who_bought_on_one_day_has_the_median_of_the_others() -> None:
    shop = shop_of(bought("ten", 0, 10), bought("twenty", 0, 20), bought("once", 30), bought("twice_a_day", 22, 22))
    view = churn(facts_of(shop), as_of=AS_OF, method="own", everyone=True)
    gaps = dict(view.tables["customers"].select("customer_id", "usual_gap_days").rows())
    assert gaps == {"c_ten": 10.0, "c_twenty": 20.0, "c_once": 15.0, "c_twice_a_day": 15.0}
    assert levels(view) == {"c_ten": None, "c_twenty": None, "c_once": "warning", "c_twice_a_day": None}


def test_the_shop_s_rhythm_is_the_quantiles_of_all_its_gaps() -> None:
    # gaps 10, 20, 30, 40: P50 25, P80 34, P95 38.5
    shop = shop_of(bought("a", 0, 10, 30), bought("b", 0, 30, 70), *(bought(f"u{ago}", ago) for ago in (24, 25, 33)))
    more = shop_of(*(bought(f"u{ago}", ago) for ago in (34, 38, 39)))
    view = churn(facts_of(Shop(shop.orders + more.orders)), as_of=AS_OF, method="shop")
    assert levels(view) == {
        "c_u25": "watch",
        "c_u33": "watch",
        "c_u34": "warning",
        "c_u38": "warning",
        "c_u39": "lapsed",
    }
    assert view.summary["days"] == 39


@pytest.mark.parametrize("method", ["own", "shop"])
def test_a_shop_without_a_rhythm_calls_nobody_at_risk_and_says_so(method: str) -> None:
    view = churn(facts_of(shop_of(bought("a", 0), bought("b", 300))), as_of=AS_OF, method=method, everyone=True)
    assert set(levels(view).values()) == {None}
    assert notes_of(view) == ["no_rhythm"]
    assert view.tables["customers"].get_column("usual_gap_days").null_count() == 2
    assert view.tables["customers"].get_column("reason").null_count() == 0


def test_at_stake_are_the_365_days_that_end_on_the_last_purchase() -> None:
    shop = shop_of(bought("a", 100, net=1), bought("a", 464, net=20), bought("a", 465, net=300))
    view = churn(facts_of(shop), as_of=AS_OF)
    assert view.tables["customers"].get_column("value_at_stake").to_list() == [21]


def test_the_most_at_stake_stand_first_and_ties_go_by_id() -> None:
    shop = shop_of(bought("b", 100, net=5), bought("a", 100, net=5), bought("c", 100, net=9))
    assert list(levels(churn(facts_of(shop), as_of=AS_OF))) == ["c_c", "c_a", "c_b"]


def test_the_yearly_rate_is_of_those_who_bought_the_year_before() -> None:
    shop = shop_of(
        bought("stayed", 364, 365), bought("left", 729), bought("older", 730), bought("new", 0), bought("gone", 365)
    )
    view = churn(facts_of(shop), as_of=AS_OF)
    assert view.summary["yearly_churn_rate"] == 2 / 3
    assert view.notes[-1].values == {"lost": 2, "bought": 3, "share": 2 / 3}


@pytest.mark.parametrize(
    ("lang", "method", "said"),
    [
        ("zh", "fixed", "平均 31 天买一次, 已 74 天, ×2.4（≥ 60 天）"),
        ("en", "fixed", "buys every 31 days, 74 days ago, ×2.4 (≥ 60 days)"),
        ("zh", "own", "平均 31 天买一次, 已 74 天, ×2.4（≥ ×2）"),
        ("en", "shop", "buys every 31 days, 74 days ago, ×2.4 (≥ 31 days)"),
    ],
)
def test_every_row_says_why_in_the_language_asked(lang: str, method: str, said: str) -> None:
    view = churn(facts_of(shop_of(bought("a", 74, 105))), as_of=AS_OF, method=method, lang=lang)
    assert view.tables["customers"].get_column("reason").to_list() == [said]


def test_reasons_of_short_gaps_single_days_and_no_level() -> None:
    shop = shop_of(bought("short", 10, 11, 13), bought("once", 80), bought("fine", 0, 100))
    view = churn(facts_of(shop), as_of=AS_OF, everyone=True)
    said = dict(view.tables["customers"].select("customer_id", "reason").rows())
    assert said == {
        "c_short": "buys every 1.5 days, 10 days ago, ×6.7",
        "c_once": "bought on one day, 80 days ago (≥ 75 days)",
        "c_fine": "buys every 100 days, 0 days ago, ×0",
    }


@pytest.mark.parametrize(("ago", "ratio"), [(195, "1.95"), (196, "1.96"), (199, "1.99"), (200, "2"), (205, "2.1")])
def test_a_rounded_ratio_never_stands_on_the_other_side_of_the_start_of_a_level(ago: int, ratio: str) -> None:
    view = churn(facts_of(shop_of(bought("a", ago, ago + 100))), as_of=AS_OF, method="own")
    assert view.tables["customers"].get_column("reason").item().partition("×")[2].partition(" ")[0] == ratio


def test_a_ratio_that_has_reached_a_start_is_not_rounded_below_it() -> None:
    shop = shop_of(bought("a", 154, 254))
    view = churn(facts_of(shop), as_of=AS_OF, method="own", settings=ChurnLevels(own=(1.54, 2.0, 3.0)))
    assert view.tables["customers"].get_column("reason").item().endswith("×1.54 (≥ ×1.54)")


def test_who_bought_on_one_day_is_told_the_days_and_no_ratio_of_others() -> None:
    shop = shop_of(bought("ten", 0, 10), bought("twenty", 0, 20), bought("once", 45))
    view = churn(facts_of(shop), as_of=AS_OF, method="own", lang="zh")
    assert view.tables["customers"].get_column("reason").to_list() == ["只在一天买过，已 45 天（≥ 45 天）"]


@pytest.mark.parametrize("method", ["own", "shop"])
def test_days_mean_nothing_to_a_method_that_measures_by_gaps(method: str) -> None:
    facts = facts_of(shop_of(bought("a", 74, 105)))
    assert churn(facts, as_of=AS_OF, method=method).parameters["days"] is None
    with pytest.raises(CusttierError) as caught:
        churn(facts, as_of=AS_OF, method=method, days=90)
    assert (caught.value.code, caught.value.exit_code) == ("days-without-fixed", USAGE)


def test_days_since_have_one_type_in_every_view() -> None:
    facts = facts_of(shop_of(bought("a", 74, 105)))
    for view in (churn(facts, as_of=AS_OF), rfm(facts, as_of=AS_OF)):
        assert view.tables["customers"].schema["recency_days"] == pl.Int32


@pytest.mark.parametrize("seed", range(200))
def test_churn_agrees_with_counting_in_plain_python(seed: int) -> None:
    method = ("fixed", "own", "shop")[seed % 3]
    shop = random_shop(seed)
    as_of = plain.last_day(shop) - timedelta(days=(seed % 5) * 40)
    days = 30 + seed
    found, nobody = plain.people(shop, as_of)
    if not found:
        with pytest.raises(CusttierError) as caught:
            churn(facts_of(shop), as_of=as_of)
        assert caught.value.exit_code == NOTHING
        return
    typed = days if method == "fixed" else None
    view = churn(facts_of(shop, seed=seed), as_of=as_of, days=typed, method=method, everyone=True)
    usual = plain.usual_gaps(found)
    pooled = [gap for person in found.values() for gap in person.gaps]
    once = plain.once_starts(found, as_of)
    rows = []
    for who, person in sorted(found.items(), key=lambda one: (-plain.at_stake(one[1]), customer_id(one[0]))):
        recency = (as_of - person.days[-1]).days
        gap = usual[who]
        rows.append(
            (
                customer_id(who),
                person.days[-1],
                recency,
                len(person.purchases),
                person.net,
                None if gap is None else float(gap),
                None if gap is None else float(Fraction(recency) / gap),
                plain.level(method, person, gap, pooled, as_of, days, once),
                plain.at_stake(person),
                len(person.days),
            )
        )
    table = view.tables["customers"].drop("name", "phone", "platforms", "season", "reason")
    assert table.rows() == rows
    assert view.summary["lapsed"] == sum(1 for row in rows if row[7] == "lapsed")
    assert view.summary["at_risk"] == sum(1 for row in rows if row[7] in ("watch", "warning"))
    assert view.summary["value_at_stake"] == sum(row[8] for row in rows if row[7])
    assert (view.summary["unattributed_orders"], view.summary["unattributed_sales"]) == (len(nobody), sum(nobody))


@pytest.mark.parametrize(
    ("days", "method", "code"),
    [(0, "fixed", "bad-days"), (10**30, "fixed", "bad-days"), (90, "guess", "unknown-method")],
)
def test_days_and_methods_that_mean_nothing_are_refused(days: int, method: str, code: str) -> None:
    with pytest.raises(CusttierError) as caught:
        churn(facts_of(shop_of(bought("a", 1))), days=days, method=method)
    assert (caught.value.code, caught.value.exit_code) == (code, USAGE)
