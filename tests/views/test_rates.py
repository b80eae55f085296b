"""Orders of several currencies in one: by hand, against plain Python, and what the settings may say."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

from custtier.currencies import minor_digits
from custtier.errors import CusttierError
from custtier.metrics.scope import Scope
from custtier.periods import day_number
from custtier.rates import Rate, conversion_to
from custtier.settings import load_settings
from custtier.views.rfm.answer import rfm
from custtier.views.tiers.answer import tiers
from metrics.plain import net_on
from metrics.shops import Order, Shop, customer_id, facts_of, random_shop

RATES: dict[str, Rate] = {"USD": 7.125, "JPY": {"2026-01-01": 0.05, "2026-03-01": 0.0475}}


def scope(currency: str, rates: dict[str, Rate] = RATES) -> Scope:
    return Scope(currency=currency, conversion=conversion_to(currency, rates=rates, base="CNY"))


def order(account: str, day: str, minor: int, currency: str, **fields: object) -> Order:
    return Order(account, date.fromisoformat(day), minor, currency=currency, **fields)  # type: ignore[arg-type]  # a test's fields


SHOP = Shop(
    (
        order("amy", "2026-02-01", 1001, "USD"),
        order("amy", "2026-02-02", 500, "CNY"),
        order("bob", "2026-02-28", 1010, "JPY"),
        order("bob", "2026-03-01", 1010, "JPY"),
        order("cat", "2026-03-02", 9900, "THB"),
    )
)


def sold(shop: Shop, used: Scope) -> dict[str, int]:
    return dict(tiers(facts_of(shop), scope=used).tables["customers"].select("customer_id", "net_sales").iter_rows())


def test_amounts_are_converted_at_the_rate_of_their_day_and_rounded_half_up() -> None:
    # 10.01 USD × 7.125 = 71.32125; 1010 JPY × 0.05 = 50.50; 1010 JPY × 0.0475 = 47.975, half up 47.98
    assert sold(SHOP, scope("CNY")) == {"c_amy": 7132 + 500, "c_bob": 5050 + 4798}


def test_it_says_what_is_converted_and_what_is_left_out() -> None:
    view = tiers(facts_of(SHOP), scope=scope("CNY"))
    said = [(note.code, note.values) for note in view.notes if note.code in {"converted", "without_rate"}]
    assert said == [
        ("converted", {"orders": 2, "currency": "JPY", "to": "CNY"}),
        ("converted", {"orders": 1, "currency": "USD", "to": "CNY"}),
        ("without_rate", {"orders": 1, "currency": "THB"}),
    ]
    assert view.currency == "CNY"


def test_any_currency_with_a_rate_may_be_the_answers() -> None:
    # 5.00 CNY ÷ 7.125 = 0.7018 USD; 1010 JPY × 0.05 ÷ 7.125 = 7.0877, × 0.0475 = 6.7333
    assert sold(SHOP, scope("USD")) == {"c_amy": 1001 + 70, "c_bob": 709 + 673}


def test_without_rates_a_currency_only_picks_its_orders() -> None:
    assert sold(SHOP, scope("CNY", {})) == {"c_amy": 500}
    assert sold(SHOP, scope("THB")) == {"c_cat": 9900}


def test_before_its_first_day_the_first_rate_holds() -> None:
    shop = Shop((order("bob", "2025-01-01", 1000, "JPY"),))
    assert sold(shop, scope("CNY")) == {"c_bob": 5000}


def test_what_is_given_back_whole_in_parts_is_no_purchase() -> None:
    parts = ((date(2026, 2, 3), 333), (date(2026, 2, 4), 667))
    shop = Shop((order("amy", "2026-02-01", 1000, "USD", refunds=parts), order("bob", "2026-02-01", 100, "CNY")))
    assert sold(shop, scope("CNY")) == {"c_bob": 100}


def test_a_purchase_worth_less_than_the_least_coin_stays_one() -> None:
    shop = Shop((order("amy", "2026-02-01", 1, "VND"), order("bob", "2026-02-01", 100, "CNY")))
    assert sold(shop, scope("CNY", {"VND": 0.00028})) == {"c_amy": 1, "c_bob": 100}


def factor(currency: str, to: str, day: date) -> Decimal:
    def worth(name: str) -> Decimal:
        rate = {**RATES, "CNY": 1.0}[name]
        if not isinstance(rate, dict):
            return Decimal(str(rate))
        begun = [since for since in sorted(rate) if since <= day.isoformat()]
        return Decimal(str(rate[begun[-1] if begun else min(rate)]))

    return worth(currency) / worth(to) * Decimal(10) ** (minor_digits(to) - minor_digits(currency))


@pytest.mark.parametrize("seed", range(0, 100, 4))
@pytest.mark.parametrize("to", ["CNY", "JPY"])
def test_it_equals_plain_python(seed: int, to: str) -> None:
    shop = random_shop(seed)
    currencies = ["CNY", "USD", "JPY"]
    mixed = Shop(
        tuple(
            Order(**{**vars(one), "currency": currencies[place % 3], "day": one.day})
            for place, one in enumerate(shop.orders)
        ),
        shop.merged,
    )
    as_of = max([one.day for one in mixed.orders] + [day for one in mixed.orders for day, _ in one.refunds])
    sums: dict[str, int] = {}
    for one in mixed.orders:
        net = net_on(one, as_of)
        if one.account is None or net <= 0:
            continue
        worth = (Decimal(net) * factor(one.currency, to, one.day)).quantize(Decimal(1), rounding=ROUND_HALF_UP)
        person = customer_id(mixed.person(one.account))
        sums[person] = sums.get(person, 0) + max(1, int(worth))
    for view in (tiers(facts_of(mixed, seed=seed), scope=scope(to)), rfm(facts_of(mixed, seed=seed), scope=scope(to))):
        assert dict(view.tables["customers"].select("customer_id", "net_sales").iter_rows()) == sums


def test_refunds_by_their_own_day_are_converted_at_the_rate_of_their_order() -> None:
    back = order("amy", "2026-02-01", 1000, "JPY", refunds=((date(2026, 3, 5), 1000),))
    conversion = conversion_to("CNY", rates=RATES, base="CNY")
    march = Scope(currency="CNY", conversion=conversion, since=date(2026, 3, 1), by_refund_day=True)
    shop = Shop((back, order("bob", "2026-03-02", 100, "CNY")))
    assert tiers(facts_of(shop), scope=march).summary["refunded_sales"] == -5000


def test_rates_with_days_of_both_currencies_change_on_each_of_them() -> None:
    rates: dict[str, Rate] = {"USD": {"2026-01-01": 7, "2026-03-01": 8}, "EUR": {"2026-02-01": 8, "2026-04-01": 10}}
    found = conversion_to("USD", rates=rates, base="CNY")
    assert found is not None
    euro = dict(found.steps)["EUR"]
    assert [(step.since_day, float(step.factor)) for step in euro] == [
        (day_number(date(2026, 1, 1)), 8 / 7),
        (day_number(date(2026, 2, 1)), 8 / 7),
        (day_number(date(2026, 3, 1)), 1.0),
        (day_number(date(2026, 4, 1)), 1.25),
    ]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("usd = 7.1", "three capital letters"),
        ("CNY = 1", "has none of its own"),
        ("USD = 0", "from 0.000001 to 1000000"),
        ("USD = nan", "from 0.000001 to 1000000"),
        ("USD = {}", "says no rate"),
        ('USD = { "1.7.2026" = 7 }', "one such as 2026-07-01"),
        ('USD = { "2026-07-01" = -7 }', "from 0.000001 to 1000000"),
        ('USD = "seven"', "wrong kind"),
    ],
)
def test_a_rate_without_a_meaning_is_told(line: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text(f"[rates]\n{line}\n", encoding="utf-8")
    with pytest.raises(CusttierError) as caught:
        load_settings(tmp_path)
    assert told in str(caught.value)


def test_rates_are_read_from_the_settings(tmp_path: Path) -> None:
    text = '[rates]\nUSD = 7.125\nJPY = { "2026-01-01" = 0.05, "2026-03-01" = 0.0475 }\n'
    (tmp_path / "settings.toml").write_text(text, encoding="utf-8")
    assert load_settings(tmp_path).rates == RATES
