"""Random imports and undos: the store is always that of the imports that stand, made afresh."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from custtier.sources.reading import Reading
from store.empty import empty_store
from store.readings import at, item, order, reading, refund
from store.test_store import NOW, assert_same, held

IDS = [str(number) for number in range(6)]
STATES = st.sampled_from(["unpaid", "paid", "refunded", "closed", None])
MONEY = st.sampled_from([None, 0, 300, 500, 1000])
PAYMENTS = st.sampled_from([None, "p1", "p2", "p3"])
PHONES = st.sampled_from([None, "13800138001", "13900139000", "138****8000", "13800138001-12"])
INSTANTS = st.sampled_from([None, "2026-04-01", "2026-05-01", "2026-06-01"])
DAYS = st.one_of(st.none(), st.integers(0, 20).map(lambda days: date(2026, 3, 1) + timedelta(days=days)))

ORDERS = st.builds(
    lambda number, is_bill, account, **fields: order(
        number,
        **fields,
        account=f"o{account}" if is_bill and account else account,
        account_kind="openid" if is_bill else "account",
        platform="wechatpay" if is_bill else "taobao",
        kind="payment" if is_bill else "order",
    ),
    number=st.sampled_from(IDS),
    is_bill=st.sampled_from([False, False, True]),
    account=st.sampled_from([None, "a", "b", "c***"]),
    state=STATES,
    gross=MONEY,
    stated_refund=MONEY,
    paid_at=st.sampled_from([None, at("2026-03-02"), at("2026-03-05")]),
    ordered_at=st.sampled_from([None, at("2026-03-01")]),
    phone=PHONES,
    name=st.sampled_from([None, "张三", "张*", "李四"]),
    payment_id=PAYMENTS,
)
ITEMS = st.builds(
    item,
    order_id=st.sampled_from(IDS),
    product=st.sampled_from(["x", "y"]),
    amount=MONEY,
    stated_refund=MONEY,
    state=STATES,
)
REFUNDS = st.builds(
    lambda number, target, platform, **fields: refund(f"{number}-{platform}", target, platform=platform, **fields),
    number=st.sampled_from(IDS),
    target=st.sampled_from([None, *IDS]),
    platform=st.sampled_from(["taobao", "wechatpay"]),
    amount=st.sampled_from([100, 300, 700]),
    refunded_on=DAYS,
    state=st.sampled_from(["done", "done", "pending", "failed"]),
    payment_id=PAYMENTS,
)


@st.composite
def files(draw: st.DrawFn) -> Reading:
    orders = draw(st.lists(ORDERS, max_size=5))
    named = {row["order_key"] for row in orders}
    items = [row for row in draw(st.lists(ITEMS, max_size=3)) if row["order_key"] in named]
    return reading(orders, items, draw(st.lists(REFUNDS, max_size=3)), instant=draw(INSTANTS))


STEPS = st.lists(st.one_of(st.lists(files(), min_size=1, max_size=2), st.integers(1, 5)), min_size=1, max_size=6)


def replay(steps: Sequence[list[Reading] | int], folder: Path) -> None:
    store = empty_store(folder / "played")
    made: dict[int, list[Reading]] = {}
    was_undone = False
    for step in steps:
        if isinstance(step, int):
            if step not in made:
                continue
            store.undo(step)
            del made[step]
            was_undone = True
        else:
            made[store.add(step, imported_at=NOW).import_id] = step
    if not made and not was_undone:
        return
    _check_money(held(store))
    if not was_undone:
        return  # the fresh store would be made by the very same steps
    fresh = empty_store(folder / "fresh")
    for readings in made.values() or [[reading()]]:
        fresh.add(readings, imported_at=NOW)
    assert_same(held(store), held(fresh))
    found, expected = store.facts().extent, fresh.facts().extent
    assert found == expected


def _check_money(frames: dict[str, Any]) -> None:
    purchases = frames["purchases"]
    refunded = purchases["undated_refund"] + purchases["dated_refund"]
    assert ((refunded >= 0) & (refunded <= purchases["gross"])).all()
    assert purchases["dated_refund"].sum() == frames["dated_refunds"]["amount"].sum()


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(STEPS)
def test_any_sequence_of_imports_and_undos_equals_a_fresh_store_of_what_remains(steps: list[Any]) -> None:
    with TemporaryDirectory() as folder:
        replay(steps, Path(folder))


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS)
def test_many_sequences_of_imports_and_undos_equal_a_fresh_store(steps: list[Any]) -> None:
    with TemporaryDirectory() as folder:
        replay(steps, Path(folder))


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(files(), st.randoms(use_true_random=False))
def test_the_same_file_again_brings_nothing_and_shuffled_rows_change_nothing(file: Reading, chance: Any) -> None:
    with TemporaryDirectory() as folder:
        store = empty_store(Path(folder) / "s")
        store.add([file], imported_at=NOW)
        before = held(store)
        seed = chance.randrange(1 << 30)
        mixed = Reading(
            **{
                **vars(file),
                **{
                    name: getattr(file, name).sample(fraction=1.0, shuffle=True, seed=seed)
                    for name in ("orders", "items", "refunds")
                },
            }
        )
        again = store.add([mixed], imported_at=NOW).files[0]
        assert (again["new"], again["updated"]) == (0, 0)
        assert_same(held(store), before)
