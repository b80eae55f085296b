"""Of refunds that several sources show each counts once, whatever order they are in."""

from datetime import date
from typing import Any

import polars as pl
from hypothesis import given
from hypothesis import strategies as st
from tests.store.readings import refund

from custtier.schema import REFUNDS
from custtier.store.fold import REFUND_COLUMNS
from custtier.store.refund_sources import done_once


def numbered(key: str, order: str, amount: int, source: str, number: str | None) -> dict[str, Any]:
    """A refund with a number of the platform."""
    return {**refund(key, order, amount, source=source), "refund_id": number}


DAY = date(2026, 3, 20)


def refunds(*rows: dict[str, Any]) -> pl.DataFrame:
    schema = {name: REFUNDS[name] for name in REFUND_COLUMNS}
    return pl.DataFrame({name: [row.get(name) for row in rows] for name in schema}, schema=schema)


def taken(*rows: dict[str, Any]) -> list[int]:
    return sorted(done_once(refunds(*rows))["amount"].to_list())


def test_rows_of_one_source_all_count() -> None:
    rows = [refund("a", "1", 1000, source="bill"), refund("b", "1", 1000, source="bill")]
    assert taken(*rows) == [1000, 1000]


def test_of_two_sources_the_one_that_tells_more_counts() -> None:
    rows = [
        refund("a", "1", 1000, source="list"),
        refund("b", "1", 400, source="bill"),
        refund("c", "1", 700, source="bill"),
    ]
    assert taken(*rows) == [400, 700]


def test_a_number_that_two_sources_show_counts_once_and_every_number_counts() -> None:
    rows = [
        numbered("a", "1", 1000, "list", "R1"),
        numbered("b", "1", 300, "list", "R2"),
        numbered("c", "1", 300, "bill", "R2"),
        numbered("d", "1", 500, "bill", "R3"),
    ]
    assert taken(*rows) == [300, 500, 1000]


def test_parts_of_a_number_add_up_within_a_source() -> None:
    rows = [
        numbered("a", "1", 1000, "list", "R1"),
        numbered("b", "1", 600, "bill", "R1"),
        numbered("c", "1", 400, "bill", "R1"),
    ]
    assert sum(taken(*rows)) == 1000


def test_of_equal_sums_the_one_with_days_counts() -> None:
    rows = [refund("a", "1", 1000, source="a-list"), refund("b", "1", 1000, source="bill", refunded_on=DAY)]
    assert done_once(refunds(*rows))["refunded_on"].to_list() == [DAY]


def test_other_orders_and_refunds_of_a_payment_alone_stay() -> None:
    rows = [
        refund("a", "1", 1000, source="list"),
        refund("b", "1", 1000, source="bill"),
        refund("c", "2", 200, source="bill"),
        refund("d", None, 50, source="bill", payment_id="P"),
    ]
    assert taken(*rows) == [50, 200, 1000]


def test_what_is_asked_for_or_failed_takes_nothing_back() -> None:
    rows = [refund("a", "1", 1000, source="list", state="pending"), refund("b", "1", 400, source="bill")]
    assert taken(*rows) == [400]


REFUND = st.builds(
    lambda number, order, amount, source, known: numbered(
        f"{source} {number}", f"{order}", amount, source, f"R{number}" if known else None
    ),
    st.integers(0, 5),
    st.integers(0, 2),
    st.integers(1, 900),
    st.sampled_from(["list", "bill", "settlement"]),
    st.booleans(),
)


@given(st.lists(REFUND, max_size=12, unique_by=lambda row: row["refund_key"]), st.randoms(use_true_random=False))
def test_the_order_of_rows_decides_nothing_and_the_largest_source_is_reached(
    rows: list[dict[str, Any]], random: Any
) -> None:
    shuffled = random.sample(rows, len(rows))
    assert taken(*rows) == taken(*shuffled)
    if not rows:
        return
    told = refunds(*rows).group_by("order_key", "source").agg(pl.col("amount").sum()).group_by("order_key")
    least = told.agg(pl.col("amount").max(), most=pl.col("amount").sum()).sort("order_key")
    found = done_once(refunds(*rows)).group_by("order_key").agg(pl.col("amount").sum()).sort("order_key")
    assert (found["amount"] >= least["amount"]).all()
    assert (found["amount"] <= least["most"]).all()
