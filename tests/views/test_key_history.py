"""Lists of picked customers looked back on: who came and went, and what was bought since, against plain Python."""

import random
from datetime import date, timedelta

import polars as pl
import pytest

from custtier.errors import NOTHING, CusttierError
from custtier.views.key.history import CHANGES, NEXT, PICKED, RUNS, key_history
from metrics import plain
from metrics.shops import Order, Shop, account_key, customer_id, facts_of, random_shop

AS_OF = date(2026, 3, 31)
SEEDS = [seed for seed in range(80) if plain.people(random_shop(seed), plain.last_day(random_shop(seed)))[0]][:40]

Lists = dict[date, dict[str, str]]
"""Day of a list → person → `PICKED` or `NEXT`."""


def kept(lists: Lists) -> pl.DataFrame:
    rows = [(day, account_key(who), value) for day, people in lists.items() for who, value in people.items()]
    schema = {"kept_on": pl.Date, "customer_key": pl.Int64, "value": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row").sample(fraction=1, shuffle=True, seed=1)


def test_only_what_was_bought_after_the_day_of_a_list_counts_for_it() -> None:
    first, second = AS_OF - timedelta(days=60), AS_OF - timedelta(days=30)
    shop = Shop(
        (
            Order("a", first, 100),
            Order("a", first + timedelta(days=1), 200),
            Order("a", AS_OF, 400, undated=100),
            Order("b", second, 1000),
            Order("c", AS_OF, 5000),
            Order("d", AS_OF + timedelta(days=1), 7),
        )
    )
    lists = {first: {"a": PICKED, "b": PICKED, "c": NEXT}, second: {"a": PICKED, "c": PICKED, "b": NEXT, "d": NEXT}}
    view = key_history(facts_of(shop), kept(lists), as_of=AS_OF)
    assert view.tables["lists"].columns == list(RUNS)
    assert view.tables["lists"].rows() == [
        (second, 30, 2, 1, 1, 2, 2, 5300, 2, 0, 0, 0),
        (first, 60, 2, None, None, 2, 3, 1500, 1, 1, 1, 5000),
    ]
    assert view.tables["changes"].columns == list(CHANGES)
    assert view.tables["changes"].select("kept_on", "swap", "customer_id").rows() == [
        (second, "in", "c_c"),
        (second, "out", "c_b"),
    ]
    assert view.summary == {"lists": 2, "picked": 2, "bought_since": 2, "orders_since": 2, "sales_since": 5300}
    assert "picks_no_proof" in {note.code for note in view.notes}


def test_a_list_kept_after_the_day_observed_does_not_exist() -> None:
    shop = Shop((Order("a", AS_OF, 100),))
    lists = {AS_OF: {"a": PICKED}, AS_OF + timedelta(days=1): {"a": PICKED}}
    assert key_history(facts_of(shop), kept(lists), as_of=AS_OF).summary["lists"] == 1
    with pytest.raises(CusttierError) as raised:
        key_history(facts_of(shop), kept({AS_OF + timedelta(days=1): {"a": PICKED}}), as_of=AS_OF)
    assert (raised.value.code, raised.value.exit_code) == ("no-kept-picks", NOTHING)


@pytest.mark.parametrize("seed", SEEDS)
def test_lists_are_looked_back_on_as_in_plain_python(seed: int) -> None:
    rng, shop = random.Random(seed), random_shop(seed)
    as_of = plain.last_day(shop) - timedelta(days=rng.choice([0, 0, 90]))
    people, everyone = plain.people(shop, as_of)[0], shop.people()
    if not people:
        return
    days = sorted({as_of - timedelta(days=rng.randrange(500)) for _ in range(4)})
    lists = {day: {who: rng.choice([PICKED, NEXT]) for who in everyone if rng.random() < 0.4} for day in days}
    lists = {day: who for day, who in lists.items() if PICKED in who.values()}
    if not lists:
        return
    view = key_history(facts_of(shop, seed=seed), kept(lists), as_of=as_of)
    found = {row["kept_on"]: row for row in view.tables["lists"].iter_rows(named=True)}
    assert list(found) == sorted(lists, reverse=True)
    before: set[str] | None = None
    for day, said in sorted(lists.items()):
        picked = {who for who, value in said.items() if value == PICKED}
        row = found[day]
        changes = (None, None) if before is None else (len(picked - before), len(before - picked))
        assert (row["came"], row["went"]) == changes
        for value, count, prefix in ((PICKED, "picked", ""), (NEXT, "next_customers", "next_")):
            mine = [who for who, one in said.items() if one == value]
            since = {
                who: [net for on, net in people[who].purchases if on > day] if who in people else [] for who in mine
            }
            assert row[count] == len(mine)
            assert row[f"{prefix}bought_since"] == sum(1 for nets in since.values() if nets)
            assert row[f"{prefix}orders_since"] == sum(len(nets) for nets in since.values())
            assert row[f"{prefix}sales_since"] == sum(sum(nets) for nets in since.values())
        told = view.tables["changes"].filter(pl.col("kept_on") == day)
        if before is not None:
            assert set(told.filter(swap="in")["customer_id"]) == {customer_id(who) for who in picked - before}
            assert set(told.filter(swap="out")["customer_id"]) == {customer_id(who) for who in before - picked}
        before = picked
