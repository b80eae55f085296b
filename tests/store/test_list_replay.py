"""Random imports of lists and orders, and undos: the store is always that of the imports that stand, made afresh."""

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from custtier.sources.reading import Reading
from store.empty import empty_store
from store.readings import at, contact, link, listing, message, order, reading
from store.test_lists import assert_alike
from store.test_store import NOW, assert_same, held

ACCOUNTS = st.sampled_from(["a", "b", "c"])
AGENTS = st.sampled_from(["小王", "小李"])
PHONES = st.sampled_from([None, "13700236001", "13900236002", "137****6001", "13700236001-12"])
INSTANTS = st.sampled_from([None, "2026-04-01", "2026-05-01", "2026-06-01"])
MOMENTS = st.sampled_from([None, at("2026-01-01"), at("2026-02-01"), at("2026-03-01")])
WORDS = st.sampled_from([None, "x", "y", "z*"])

CONTACTS = st.builds(
    contact,
    st.one_of(st.none(), ACCOUNTS),
    AGENTS,
    phone=PHONES,
    name=WORDS,
    channel=WORDS,
    campaign=WORDS,
    union_id=st.sampled_from([None, None, "u"]),
    added_at=MOMENTS,
    deleted_at=MOMENTS,
)
MESSAGES = st.builds(
    message,
    ACCOUNTS,
    st.sampled_from(["2026-01-01", "2026-01-02"]),
    kind=st.sampled_from(["text", "image"]),
    number=st.integers(1, 3),
)
SPEND = st.builds(
    lambda key, **fields: {"spend_key": key, "spent_on": date(2026, 1, key), **fields},
    st.integers(1, 3),
    channel=WORDS,
    amount=st.sampled_from([None, 1, 2]),
    clicks=st.sampled_from([None, 5]),
)
DATES = st.builds(
    lambda key, **fields: {"date_key": key, "platform": "wechat", "kind": "birthday", **fields},
    st.integers(1, 2),
    account=st.one_of(st.none(), ACCOUNTS),
    phone=PHONES,
    month=st.integers(1, 2),
)
COSTS = st.builds(
    lambda key, **fields: {"cost_key": key, **fields},
    st.integers(1, 2),
    product=WORDS,
    unit_cost=st.sampled_from([None, 1, 2]),
    margin_share=st.sampled_from([None, 0.5]),
)
LINKS = st.builds(
    link,
    st.sampled_from(["p", "q"]),
    ACCOUNTS,
    decision=st.sampled_from(["same", "same", "apart"]),
    platform=st.sampled_from(["taobao", "wechat"]),
)
REFERRALS = st.builds(
    lambda key, **fields: {"referral_key": key, "referred": "a", **fields},
    st.integers(1, 3),
    referrer=ACCOUNTS,
    referred_on=st.sampled_from([None, date(2026, 1, 1)]),
)
ORDERS = st.builds(order, st.sampled_from(["1", "2", "3"]), account=ACCOUNTS, phone=PHONES)


@st.composite
def files(draw: st.DrawFn) -> Reading:
    if draw(st.integers(0, 3)) == 0:
        return reading(draw(st.lists(ORDERS, max_size=3)), instant=draw(INSTANTS))
    kinds = {
        **{"contacts": CONTACTS, "messages": MESSAGES, "spend": SPEND, "dates": DATES, "costs": COSTS, "links": LINKS},
        "referrals": REFERRALS,
    }
    chosen = draw(st.lists(st.sampled_from(list(kinds)), min_size=1, max_size=3, unique=True))
    return listing(draw(INSTANTS), **{name: draw(st.lists(kinds[name], max_size=4)) for name in chosen})


STEPS = st.lists(st.one_of(st.lists(files(), min_size=1, max_size=2), st.integers(1, 5)), min_size=1, max_size=6)


def replay(steps: list[Any], folder: Path) -> None:
    store = empty_store(folder / "played")
    made: dict[int, list[Reading]] = {}
    was_undone = False
    for step in steps:
        if isinstance(step, int):
            if made.pop(step, None) is not None:
                store.undo(step)
                was_undone = True
        else:
            made[store.add(step, imported_at=NOW).import_id] = step
    if not was_undone:
        return  # the fresh store would be made by the very same steps
    fresh = empty_store(folder / "fresh")
    for readings in made.values() or [[reading()]]:
        fresh.add(readings, imported_at=NOW)
    assert_same(held(store), held(fresh))
    assert_alike(store.facts(), fresh.facts())
    assert store.facts().extent == fresh.facts().extent


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(STEPS)
def test_any_sequence_of_lists_and_undos_equals_a_fresh_store_of_what_remains(steps: list[Any]) -> None:
    with TemporaryDirectory() as folder:
        replay(steps, Path(folder))


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS)
def test_many_sequences_of_lists_and_undos_equal_a_fresh_store(steps: list[Any]) -> None:
    with TemporaryDirectory() as folder:
        replay(steps, Path(folder))


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(files(), st.randoms(use_true_random=False))
def test_the_same_list_again_brings_nothing_and_shuffled_rows_change_nothing(file: Reading, chance: Any) -> None:
    with TemporaryDirectory() as folder:
        store = empty_store(Path(folder) / "s")
        store.add([file], imported_at=NOW)
        before = store.facts()
        seed = chance.randrange(1 << 30)
        mixed = Reading(
            **{
                **vars(file),
                "lists": {
                    name: rows.sample(fraction=1.0, shuffle=True, seed=seed) for name, rows in file.lists.items()
                },
            }
        )
        again = store.add([mixed], imported_at=NOW).files[0]
        assert (again["new"], again["updated"]) == (0, 0)
        assert_alike(store.facts(), before)
