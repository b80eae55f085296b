"""Histories of customers: against plain Python on random shops, and on an earlier day as it was known then."""

import itertools
from datetime import date, timedelta

import numpy as np
import pytest

from custtier.metrics.scope import Scope
from custtier.models.btyd.choice import regularity
from custtier.periods import day_number
from custtier.views.basis import Basis, basis_of
from custtier.views.histories import Past, days_bought, past_of, past_until, times_back
from metrics.shops import Order, Shop, account_key, facts_of, random_shop
from models import cdnow

START = date(2026, 1, 1)


def basis(shop: Shop, *, as_of: date | None = None, scope: Scope | None = None, seed: int = 0) -> Basis:
    return basis_of(facts_of(shop, seed=seed), scope=scope or Scope(), as_of=as_of)


def plain_days(shop: Shop, as_of: date) -> dict[int, list[int]]:
    """Customer → the days on which they bought, by the slow route."""
    found: dict[int, set[int]] = {}
    for order in shop.orders:
        undated = order.gross if order.closed else order.undated
        dated = 0 if order.closed else sum(amount for day, amount in order.refunds if day <= as_of)
        if order.account is not None and order.day <= as_of and order.gross - undated - dated > 0:
            found.setdefault(account_key(shop.person(order.account)), set()).add(day_number(order.day))
    return {key: sorted(days) for key, days in found.items()}


def told(past: Past) -> dict[int, tuple[int, int, int]]:
    rows = past.customers.select("customer_key", "x", "t_x", "T").iter_rows()
    return {key: (x, t_x, T) for key, x, t_x, T in rows}


@pytest.mark.parametrize("seed", range(40))
def test_histories_are_those_of_plain_python_on_any_day(seed: int) -> None:
    shop = random_shop(seed)
    if not any(order.account and order.gross > 0 for order in shop.orders):
        return
    last = max(order.day for order in shop.orders)
    for as_of in (last, last - timedelta(days=60)):
        days = plain_days(shop, as_of)
        if not days:
            continue
        found = past_of(basis(shop, as_of=as_of, seed=seed))
        end = day_number(as_of)
        assert told(found) == {key: (len(on) - 1, on[-1] - on[0], end - on[0]) for key, on in days.items()}
        pairs = sorted((on[-2] - on[-3], on[-1] - on[-2]) for on in days.values() if len(on) > 2)
        assert found.last_gaps.rows() == pairs
        gaps = [later - day for on in days.values() for day, later in itertools.pairwise(on)]
        assert found.known.log_gaps == pytest.approx(sum(np.log(gaps)))
        since = end - 45
        bought = days_bought(basis(shop, as_of=as_of), found.customers, since_day=since)
        keys = found.customers.get_column("customer_key")
        assert dict(zip(keys, bought, strict=True)) == {
            key: sum(day >= since for day in on) for key, on in days.items()
        }
        back = times_back(basis(shop, as_of=as_of), found.customers, since_day=since)
        assert dict(zip(keys, back, strict=True)) == {
            key: sum(day >= since for day in on[1:]) for key, on in days.items()
        }


def test_equal_histories_stand_together_and_every_customer_finds_theirs() -> None:
    orders = [Order(f"u{n}", START + timedelta(days=day), 100) for n in range(6) for day in (0, 10 * (n % 2))]
    found = past_of(basis(Shop(tuple(orders)), as_of=START + timedelta(days=30)))
    own = found.histories
    assert list(zip(own.x, own.t_x, own.T, own.count, strict=True)) == [(0, 0, 30, 3), (1, 10, 30, 3)]
    assert own.x[found.index].tolist() == found.customers.get_column("x").to_list()


def test_an_earlier_day_knows_no_refund_made_after_it() -> None:
    orders = (
        Order("u1", START, 100),
        Order("u1", START + timedelta(days=20), 100, refunds=((START + timedelta(days=50), 100),)),
        Order("u2", START + timedelta(days=60), 100),
    )
    now = basis(Shop(orders))
    assert told(past_of(now))[account_key("u1")][0] == 0
    then = past_until(now, day=day_number(START) + 30)
    assert then is not None and told(then) == {account_key("u1"): (1, 20, 30)}
    assert past_until(now, day=day_number(START) - 1) is None


def test_days_after_the_last_of_the_orders_asked_for_are_nobodys_silence() -> None:
    orders = (Order("u1", START, 100), Order("u1", START + timedelta(days=90), 100))
    found = past_of(basis(Shop(orders), scope=Scope(until=START + timedelta(days=30))))
    assert told(found) == {account_key("u1"): (0, 0, 30)}


def test_the_published_sample_has_its_published_sums_and_no_regularity() -> None:
    """Wheat & Morrison 1990 as the R package BTYDplus runs it on all of the sample: k = 0.987."""
    shop = Shop(
        # orders of nothing are purchases there
        tuple(
            Order(one["sample_id"], one["date"], max(round(one["amount"] * 100), 1)) for one in cdnow.rows().to_dicts()
        )
    )
    whole = basis(shop)
    assert regularity(past_of(whole).known.last_gaps) == pytest.approx(0.987, abs=0.01)
    then = past_until(whole, day=day_number(cdnow.CALIBRATION_END))
    assert then is not None
    seen = days_bought(whole, then.customers, since_day=then.end_day + 1)
    assert (then.customers.height, then.known.x.sum(), seen.sum()) == (2_357, 2_457, 1_882)
