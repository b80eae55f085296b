"""`prospects`: signals and labels counted again slowly, nothing of the future in them, and planted truths found."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from custtier.errors import USAGE, CusttierError
from custtier.facts import TABLES, Facts
from custtier.metrics.scope import Scope
from custtier.periods import day_number, day_of
from custtier.rates import conversion_to
from custtier.views.basis import basis_of
from custtier.views.prospects.answer import COLUMNS, prospects
from custtier.views.prospects.levels import coding_of
from custtier.views.prospects.reasons import spoken_factor
from custtier.views.prospects.signals import seen_of
from custtier.views.prospects.starts import calendar_of, starts_of
from custtier.views.prospects.trial import BASE, SCORECARD, SIMPLE, list_length, past_of, trial_of
from custtier.views.view import View
from metrics.shops import Order, Shop, account_key, customer_id, facts_of
from views.key_shops import SHANGHAI, Basket, Contact, KeyShop, Message, at, facts_of_key, random_key_shop
from views.starting import AS_OF, plain_later, plain_starts, starting_shop

ZONE = "Asia/Shanghai"
DAYS = 30


def asked(facts: Facts, **options: object) -> View:
    return prospects(facts, as_of=options.pop("as_of", AS_OF), zone=ZONE, **options)  # type: ignore[arg-type]


def notes_of(view: View) -> dict[str, Mapping[str, object]]:
    return {note.code: note.values for note in view.notes}


def seen(facts: Facts, *, as_of: date = AS_OF, days: int = DAYS, new_days: int = 90) -> pl.DataFrame:
    basis = basis_of(facts, scope=Scope(), as_of=as_of)
    starts = starts_of(basis, days=days, new_days=new_days)
    assert starts is not None
    return seen_of(starts, basis=basis, zone=ZONE)


@pytest.fixture(scope="module")
def planted() -> Facts:
    return facts_of(starting_shop(1, second=0.9))


@pytest.fixture(scope="module")
def view(planted: Facts) -> View:
    return asked(planted, everyone=True)


def test_the_days_of_a_history_are_divided_by_hand() -> None:
    # 730 days: 700 of them have their first days over, 335 of these a year after them; the first quarter warms up
    found = calendar_of(first=0, end=729, days=30, new_days=90)
    assert (found.later_days, found.past_from, found.past_until) == (365, 84, 335)
    assert found.past_until + found.days + found.later_days - 1 == 729
    assert (found.new_from, found.new_until) == (640, 700)
    assert calendar_of(first=0, end=399, days=30, new_days=90).later_days == 180
    assert calendar_of(first=0, end=249, days=30, new_days=90).later_days == 90
    short = calendar_of(first=0, end=150, days=30, new_days=90)
    assert short.later_days is None
    assert short.past_until < short.past_from


@pytest.mark.parametrize("seed", range(12))
def test_signals_and_later_sales_are_those_of_a_slow_count(seed: int) -> None:
    known = random_key_shop(seed)
    facts = facts_of_key(known, seed=seed)
    days = (7, 30, 45)[seed % 3]
    as_of = day_of(day_number(facts.extent.last_on) - 20)  # type: ignore[arg-type]
    basis = basis_of(facts, scope=Scope(), as_of=as_of)
    starts = starts_of(basis, days=days, new_days=200)
    assert starts is not None
    calendar = starts.calendar
    rows = {row["customer_key"]: row for row in seen_of(starts, basis=basis, zone=ZONE).iter_rows(named=True)}
    later = dict(starts.later_sales.iter_rows())
    expected = plain_starts(known, as_of=as_of, days=days)
    wanted = {
        who: one
        for who, one in expected.items()
        if calendar.past_from <= day_number(one["first_day"]) <= calendar.past_until
        or calendar.new_from <= day_number(one["first_day"]) <= calendar.new_until
    }
    assert set(rows) == {account_key(who) for who in wanted}
    for who, one in wanted.items():
        row, first = rows[account_key(who)], one["first_day"]
        assert row["first_day"] == day_number(first)
        assert (row["first_sales"], row["start_sales"]) == (one["first_sales"], one["start_sales"])
        assert row["second_purchase"] == (None if one["second"] is None else (one["second"] - first).days)
        assert row["early_refund"] == one["refund"]
        if "first_products" in row:
            assert row["first_products"] == one["products"]
        if calendar.past_from <= day_number(first) <= calendar.past_until:
            plain = plain_later(one["orders"], first=first, days=days, later_days=calendar.later_days)
            assert later.get(account_key(who), 0) == plain


def beginning(*, contacts: tuple[Contact, ...] = (), messages: tuple[Message, ...] = (), more: tuple[Order, ...] = ()):
    """One customer who began on 1 March, and their first days as told; `more` are further orders."""
    orders = (Order("a", date(2026, 3, 1), 5000), *more)
    known = KeyShop(Shop(orders), tuple(Basket(("p",)) for _ in orders), contacts, messages)
    return seen(facts_of_key(known), as_of=date(2026, 4, 30)).row(0, named=True)


LATER = date(2026, 3, 31)
"""The first day after the first thirty."""
LAST = LATER - timedelta(days=1)


def test_nothing_dated_after_the_first_days_is_seen() -> None:
    plain = beginning(
        contacts=(Contact("b", added=(at(date(2026, 1, 1)),)),), messages=(Message("a", at(date(2026, 3, 2))),)
    )
    late = beginning(
        contacts=(Contact("b", added=(at(date(2026, 1, 1)),)), Contact("a", added=(at(LATER, 0),))),
        messages=(Message("a", at(date(2026, 3, 2))), Message("a", at(LATER, 0))),
        more=(Order("a", LATER, 9000),),
    )
    assert late == plain
    assert (plain["first_messages"], plain["contact_added"], plain["second_purchase"]) == (1, "not", None)


def test_a_contact_without_a_day_tells_nothing_of_the_first_days() -> None:
    dated = Contact("b", added=(at(date(2026, 1, 1)),))
    assert beginning(contacts=(dated, Contact("a"))) == beginning(contacts=(dated,))
    assert "contact_added" not in beginning(contacts=(Contact("a"), Contact("b")))


def test_what_is_dated_on_the_last_of_the_first_days_is_seen() -> None:
    found = beginning(
        contacts=(Contact("a", added=(at(LAST, 23),)),),
        messages=(Message("a", at(LAST, 23)), Message("a", at(LAST, 23), kind="greeting")),
        more=(Order("a", LAST, 9000),),
    )
    assert (found["first_messages"], found["contact_added"]) == (1, "during")
    assert (found["second_purchase"], found["start_sales"]) == (29, 14000)


@pytest.mark.parametrize(("refunded_on", "sales"), [(LAST, 3000), (LATER, 5000)])
def test_a_refund_counts_when_it_was_made_in_the_first_days(refunded_on: date, sales: int) -> None:
    shop = Shop((Order("a", date(2026, 3, 1), 5000, refunds=((refunded_on, 2000),)),))
    found = seen(facts_of(shop), as_of=date(2026, 4, 30)).row(0, named=True)
    assert found["first_sales"] == sales
    assert found["early_refund"] == (refunded_on == LAST)


def test_who_was_refunded_in_full_within_the_first_days_began_with_the_next_order() -> None:
    first, next_day = date(2026, 2, 1), date(2026, 2, 20)
    for back, begun in ((first + timedelta(days=29), next_day), (first + timedelta(days=30), first)):
        shop = Shop((Order("a", first, 5000, refunds=((back, 5000),)), Order("a", next_day, 100)))
        found = seen(facts_of(shop), as_of=date(2026, 4, 30)).row(0, named=True)
        assert found["first_day"] == day_number(begun)


def test_a_day_is_the_shops_not_that_of_london() -> None:
    late = datetime(2026, 3, 30, 23, 30, tzinfo=SHANGHAI).astimezone(UTC)
    assert beginning(messages=(Message("a", late),))["first_messages"] == 1
    early = datetime(2026, 3, 31, 0, 30, tzinfo=SHANGHAI).astimezone(UTC)
    assert "first_messages" not in beginning(messages=(Message("a", early),))


def test_what_became_of_customers_closes_with_its_window(planted: Facts) -> None:
    """Orders after the later days of everybody learnt from change neither labels nor weights."""
    shop = starting_shop(1, second=0.9)
    basis = basis_of(planted, scope=Scope(), as_of=AS_OF)
    starts = starts_of(basis, days=DAYS, new_days=90)
    assert starts is not None
    calendar = starts.calendar
    last = {row["customer_key"]: row["first_day"] for row in starts.people.iter_rows(named=True)}
    assert calendar.later_days is not None
    more = tuple(
        Order(order.account, day_of(last[account_key(order.account)] + DAYS + calendar.later_days), 10**7)
        for order in shop.orders
        if order.account
        and last.get(account_key(order.account), 10**9) <= calendar.past_until
        and last[account_key(order.account)] + DAYS + calendar.later_days <= calendar.end
    )
    assert len(more) > 200
    one, other = asked(planted), asked(facts_of(replace(shop, orders=(*shop.orders, *more))))
    for table in ("signals", "forecasters", "calibration", "cohort_months"):
        assert one.tables[table].equals(other.tables[table]), table


def test_the_best_of_a_month_are_its_first_fifth_with_ties_and_only_who_bought_later() -> None:
    later = [500, 400, 400, 0, 0, 0, 0, 0, 0, 0]
    orders = [
        order
        for place, sales in enumerate(later)
        for order in (
            Order(f"a{place}", date(2025, 1, 10 + place), 1000),
            *([Order(f"a{place}", date(2025, 4, 1), sales)] if sales else []),
            Order(f"b{place}", date(2025, 2, 10), 1000),
        )
    ]
    orders += [Order("old", date(2024, 7, 1), 1), Order("end", AS_OF, 1)]
    basis = basis_of(facts_of(Shop(tuple(orders))), scope=Scope(), as_of=AS_OF)
    starts = starts_of(basis, days=DAYS, new_days=90)
    assert starts is not None
    past = past_of(starts, seen_of(starts, basis=basis, zone=ZONE))
    rows = {str(row["cohort_on"]): row for row in past.cohorts.iter_rows(named=True)}
    january, february = rows["2025-01-01"], rows["2025-02-01"]
    assert (january["customers"], january["best_count"], january["best_from"]) == (10, 3, 400)
    assert (february["customers"], february["best_count"], february["best_from"]) == (10, 0, None)
    assert not january["is_held_out"]
    assert february["is_held_out"] == (january["customers"] >= 0.6 * 20)


@pytest.mark.parametrize("seed", range(8))
def test_a_planted_signal_is_found_and_used(seed: int) -> None:
    found = asked(facts_of(starting_shop(seed, second=0.9)), rows=5)
    assert found.summary["recommended_rule"] == SCORECARD
    signals = found.tables["signals"]
    assert signals.item(0, "signal") == "second_purchase"
    factors = dict(
        signals.filter(pl.col("signal") == "second_purchase").select("start_level", "odds_factor").iter_rows()
    )
    assert factors["came again within 7 days"] > 1.5 > factors["did not come again in the first 30 days"]
    assert found.summary["lift_low"] > 1  # type: ignore[operator]
    assert "prospects_lift" in notes_of(found)


def test_where_only_the_first_purchase_tells_it_is_used_alone() -> None:
    chosen = [asked(facts_of(starting_shop(seed, value=0.9)), rows=1).summary["recommended_rule"] for seed in range(8)]
    assert chosen.count(SIMPLE) >= 6
    assert BASE not in chosen


def test_where_nothing_tells_no_chances_are_given_but_for_few_false_alarms() -> None:
    """Either rule beats a guess by chance in at most 2.5 of 100 shops: of 50, more than 6 come once in 300 times."""
    alarms = 0
    for seed in range(50):
        basis = basis_of(facts_of(starting_shop(100 + seed, customers=700)), scope=Scope(), as_of=AS_OF)
        starts = starts_of(basis, days=DAYS, new_days=90)
        assert starts is not None
        alarms += trial_of(past_of(starts, seen_of(starts, basis=basis, zone=ZONE))).chosen != BASE
    assert alarms <= 6


def test_a_refusal_lists_everybody_new_and_says_why() -> None:
    found = asked(facts_of(starting_shop(101)))
    assert found.summary["recommended_rule"] == BASE
    table = found.tables["customers"]
    assert table.height == found.summary["new_buyers"] == found.heights["customers"] > 20
    assert table.select("best_chance", "is_promising", "reason").null_count().row(0) == (table.height,) * 3
    assert table.get_column("start_sales").is_sorted(descending=True)
    assert "signals" not in found.tables
    assert found.summary["lift"] is None and found.summary["promising"] is None
    assert {"prospects_by_base_rate", "prospects_no_signal"} & notes_of(found).keys()


@pytest.mark.parametrize(
    ("shop", "code"),
    [
        (Shop(starting_shop(1, customers=60).orders), "prospects_too_few"),
        (Shop(tuple(o for o in starting_shop(1).orders if o.day >= date(2026, 5, 1))), "prospects_short_history"),
        (Shop((Order("a", date(2026, 5, 1), 100),)), "prospects_short_history"),
        (Shop(tuple(Order(f"s{n}", date(2025, 1, 1), 100) for n in range(300))), "prospects_too_few"),
    ],
)
def test_shops_that_are_too_young_or_small_are_told_so(shop: Shop, code: str) -> None:
    found = asked(facts_of(shop), as_of=AS_OF)
    assert code in notes_of(found)
    assert list(found.tables) == ["customers"]
    assert found.summary["recommended_rule"] is None


def test_fewer_later_days_are_looked_at_where_they_leave_enough_newcomers() -> None:
    few = asked(facts_of(starting_shop(1, customers=400, second=0.9)))
    assert few.summary["later_days"] in (270, 180, 90)
    assert few.summary["recommended_rule"] is not None
    assert few.summary["past_newcomers"] > 150  # type: ignore[operator]
    assert asked(facts_of(starting_shop(1, second=0.9))).summary["later_days"] == 365


def test_chances_of_the_past_add_up_and_weights_are_readable(view: View) -> None:
    signals = view.tables["signals"]
    for _, rows in signals.group_by("signal"):
        best = (rows["customers"] * rows["best_share"]).sum()
        assert best == pytest.approx(view.summary["past_newcomers"] * view.summary["best_share"])  # type: ignore[operator]
        assert rows["customers"].sum() == view.summary["past_newcomers"]
    cohorts = view.tables["cohort_months"]
    assert cohorts["customers"].sum() == view.summary["past_newcomers"]
    assert cohorts.filter("is_held_out")["customers"].sum() == view.summary["held_out_newcomers"]
    fifths = view.tables["calibration"]
    assert set(fifths.group_by("forecast_rule").agg(pl.col("customers").sum())["customers"]) == {
        view.summary["held_out_newcomers"]
    }


def test_the_list_holds_the_likeliest_and_says_what_speaks_for_them(planted: Facts, view: View) -> None:
    table = view.tables["customers"]
    assert tuple(table.columns) == COLUMNS
    assert table.get_column("best_chance").is_sorted(descending=True)
    listed = asked(planted).tables["customers"]
    assert listed.equals(table.filter("is_promising"))
    assert listed.height == view.summary["promising"]
    assert all("came again" in reason and "odds ×" in reason for reason in listed.get_column("reason"))
    assert asked(planted, rows=3).tables["customers"].equals(listed.head(3))
    against = table.filter(pl.col("second_order_on").is_null()).get_column("reason")
    assert all("against: did not come again" in reason for reason in against)


def test_rows_in_another_order_change_nothing() -> None:
    known = starting_shop(2, second=0.9)
    one, other = asked(facts_of(known, seed=0)), asked(facts_of(known, seed=9))
    assert one.summary == other.summary
    assert all(one.tables[name].equals(other.tables[name]) for name in one.tables)


def test_as_of_an_earlier_day_later_orders_and_refunds_do_not_exist() -> None:
    shop = starting_shop(3, second=0.9)
    day = date(2026, 3, 31)
    then = asked(facts_of(shop), as_of=day, everyone=True)
    cut = asked(facts_of(Shop(tuple(order for order in shop.orders if order.day <= day))), as_of=day, everyone=True)
    assert then.summary == cut.summary
    assert then.tables["customers"].equals(cut.tables["customers"])


def test_another_currency_comes_in_by_the_settings_rate() -> None:
    orders = (
        Order("a", date(2026, 3, 1), 5000),
        Order("a", date(2026, 3, 1), 200, currency="USD", refunds=((date(2026, 3, 2), 100),)),
    )
    scope = Scope(currency="CNY", conversion=conversion_to("CNY", rates={"USD": 7}, base="CNY"))
    found = asked(facts_of(Shop(orders)), as_of=date(2026, 4, 30), scope=scope).tables["customers"]
    assert found.get_column("first_sales").to_list() == [5700]


@pytest.mark.parametrize(("added", "channel"), [(LAST, "live"), (LATER, None)])
def test_the_contacts_channel_stands_where_no_order_tells_one(added: date, channel: str | None) -> None:
    facts = facts_of(Shop((Order("a", date(2026, 3, 1), 5000), Order("b", date(2026, 3, 1), 5000, channel="shop"))))
    contacts = pl.DataFrame(
        [
            {"account_key": account_key(who), "channel": "live", "first_added_at": at(added), "added_at": at(added)}
            for who in "ab"
        ]
    )

    def opened(name: str, columns: list[str]) -> pl.LazyFrame:  # type: ignore[type-arg]
        table = pl.LazyFrame(schema=dict(TABLES[name]))
        if name == "contacts":
            table = pl.concat([table, contacts.lazy()], how="diagonal_relaxed")
        return table.select(columns)

    rows = seen(replace(facts, opener=opened), as_of=date(2026, 4, 30))  # type: ignore[arg-type]
    found = dict(rows.select("customer_key", "first_channel").iter_rows())
    assert found == {account_key("a"): channel, account_key("b"): "shop"}


def test_two_accounts_of_one_person_begin_once() -> None:
    orders = (Order("a", date(2026, 3, 1), 5000), Order("b", date(2026, 3, 5), 700))
    found = asked(facts_of(Shop(orders, {"b": "a"})), as_of=date(2026, 4, 30)).tables["customers"]
    assert found.get_column("customer_id").to_list() == [customer_id("a")]
    assert found.row(0, named=True)["second_order_on"] == date(2026, 3, 5)


def test_who_is_in_the_first_days_is_counted_and_not_listed() -> None:
    orders = (Order("a", date(2026, 3, 1), 5000), Order("b", date(2026, 4, 20), 700))
    found = asked(facts_of(Shop(orders)), as_of=date(2026, 4, 30))
    assert found.summary["still_starting"] == 1
    assert found.tables["customers"].get_column("customer_id").to_list() == [customer_id("a")]
    nobody = asked(facts_of(Shop(orders[1:])), as_of=date(2026, 4, 30))
    # where nothing tells who is promising, that is not known of nobody either
    assert (nobody.summary["new_buyers"], nobody.summary["promising"]) == (0, None)
    sooner = asked(facts_of(Shop(orders)), as_of=date(2026, 4, 30), days=7)
    assert sooner.summary["still_starting"] == 0
    assert sooner.tables["customers"].height == 2


@pytest.mark.parametrize(("days", "new_days"), [(0, None), (400, None), (30, 10), (30, 1000)])
def test_days_that_cannot_be_are_refused(planted: Facts, days: int, new_days: int | None) -> None:
    with pytest.raises(CusttierError) as caught:
        asked(planted, days=days, new_days=new_days)
    assert (caught.value.code, caught.value.exit_code) == ("bad-days", USAGE)


def test_goods_that_few_bought_are_one_level_and_unknown_ones_another() -> None:
    goods = [("tea",)] * 40 + [("cup",)] * 30 + [("rare",)] * 5 + [()] * 25
    orders = tuple(Order(f"g{n:03}", date(2026, 2, 1 + n % 20), 1000) for n in range(100))
    facts = facts_of_key(KeyShop(Shop(orders), tuple(Basket(one) for one in goods)))
    found = seen(facts, as_of=date(2026, 4, 30))
    signal = next(one for one in coding_of(found).signals if one.name == "first_product")
    assert signal.levels == ("tea", "cup", "other_values", "not_known")
    codes = signal.codes(found.sort("customer_key"))
    assert sorted(codes.tolist()) == [0] * 40 + [1] * 30 + [2] * 5 + [3] * 25
    unseen = found.with_columns(pl.lit("never seen before").alias("first_product"))
    assert set(signal.codes(unseen).tolist()) == {2}


def test_the_list_is_at_most_a_fifth_but_never_empty() -> None:
    assert list_length(pl.Series([5.0, 4, 3, 2, 1, 1, 1, 1, 1, 1]).to_numpy()) == 2
    assert list_length(pl.Series([5.0, 4, 4, 4, 1, 1, 1, 1, 1, 1]).to_numpy()) == 1
    assert list_length(pl.Series([5.0, 5, 5, 4, 1, 1, 1, 1, 1, 1]).to_numpy()) == 3


def test_factors_are_said_with_two_digits() -> None:
    assert [spoken_factor(weight) for weight in (2.5, 1.1, 0.0, -0.4)] == ["12", "3.0", "1.0", "0.67"]
