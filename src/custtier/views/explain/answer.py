"""One customer's scores explained: what each rests on, and what would change it, exactly."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import polars as pl

from custtier.tiering import PROSPECT
from custtier.views.churn.answer import MOST_DAYS
from custtier.views.explain.one_customer import Measured
from custtier.views.explain.scores import Explained, Point, Score, levels_by_method, ranked, scored, scored_names
from custtier.views.explain.what_if import (
    TIER,
    TOP,
    Others,
    Own,
    Step,
    with_one_order,
    with_time,
    with_usual_orders,
    without,
)
from custtier.views.explain.words import MESSAGES, ONE_ORDER, SILENCE, USUAL_ORDERS, WAIT, Change, Speaker, changed

SCORE_COLUMNS: Final = {
    "score": pl.String,
    "value": pl.String,
    "measure": pl.String,
    "raw": pl.Float64,
    "cut_low": pl.Float64,
    "cut_high": pl.Float64,
    "because": pl.String,
    "would_change": pl.String,
    "up_value": pl.String,
    "up_sales": pl.Int64,
    "up_orders": pl.Int64,
    "down_value": pl.String,
    "down_days": pl.Int64,
    "down_on": pl.Date,
}
"""Table `scores`, one row a score."""

CHANGE_COLUMNS: Final = {
    "score": pl.String,
    "change": pl.String,
    "value": pl.String,
    "needed_sales": pl.Int64,
    "needed_orders": pl.Int64,
    "needed_messages": pl.Int64,
    "needed_days": pl.Int64,
    "reached_on": pl.Date,
}
"""Table `outlook`, one row for every place where a score becomes another one."""

_SAID: Final = 3
"""So many changes of a class are said in a line; the table has all."""


def explained(seen: Measured, asked: Explained, *, speaker: Speaker) -> dict[str, pl.DataFrame]:
    """Every score of one customer, why it is so, and what would change it.

    More orders are bought on the day observed, by this customer alone. Days without a purchase are days without a
    purchase of anybody; scores of recency and classes are measured by the cuts of the day observed then.

    Args:
        seen: The customer among all, measured with gaps.
        asked: By what they are measured.
        speaker: Language.

    Returns:
        Tables `scores` (`SCORE_COLUMNS`) and `outlook` (`CHANGE_COLUMNS`). `raw` and the cuts on either side of it are
        days, orders, usual gaps, or amounts in main units, as `measure` says.
    """
    ever = _own(seen.mine)
    own = _own(seen.mine, is_windowed=seen.window is not None)
    others = _others(seen, own, asked)
    speaker = replace(speaker, is_stranger=ever is None)
    steps = _Steps(
        with_one_order(others, own),
        with_usual_orders(others, own) if own and own.order_count else [],
        with_time(others, own, most_days=MOST_DAYS, purchases=_purchases(seen)) if own else [],
    )
    if own is None:
        now = {TIER: PROSPECT if asked.is_contact else None}
        scores = [Score(name, now.get(name), "") for name in (*scored_names(asked.schemes), TIER, TOP)]
    else:
        point = Point(own, others, others.values(own), speaker)
        scores = [*scored(point), *ranked(point)]
    rows = [_with_changes(one, steps, others.as_of_day) for one in scores]
    if own:
        rows += levels_by_method(seen, asked, speaker)
    if ever and asked.tags is not None:
        # the language of rules is loaded by who has any
        from custtier.views.explain.tags import tag_scores

        everybody = _others(replace(seen, window=None), ever, asked)
        rows += tag_scores(asked.tags, seen.mine, ever, everybody, speaker=speaker)
    if asked.lead is not None:
        rows.append(asked.lead)
    return {
        "scores": pl.DataFrame([_score_row(one, speaker) for one in rows], schema=SCORE_COLUMNS, orient="row"),
        "outlook": pl.DataFrame(
            [(row.score, *_change_row(change)) for row in rows for change in row.changes],
            schema=CHANGE_COLUMNS,
            orient="row",
        ),
    }


@dataclass(frozen=True)
class _Steps:
    """Where anything changes: by what one order brings, by the number of usual orders, by days."""

    one_order: list[Step]
    usual_orders: list[Step]
    wait: list[Step]


def _own(mine: pl.DataFrame, *, is_windowed: bool = False) -> Own | None:
    if not mine.height:
        return None
    row = mine.row(0, named=True)
    if is_windowed:
        return Own(row["window_orders"], row["window_sales"], row["last_day"])
    return Own(row["order_count"], row["net_sales"], row["last_day"])


def _purchases(seen: Measured) -> list[tuple[int, int]]:
    return [] if seen.window is None else seen.window.purchases.select("order_day", "net_sales").rows()


def _others(seen: Measured, own: Own | None, asked: Explained) -> Others:
    sales = seen.sales if seen.window is None else seen.window.sales
    return Others(
        last_days=without(seen.last_days, own.last_day) if own else seen.last_days,
        sales=without(sales, own.net_sales) if own else sales,
        as_of_day=seen.basis.as_of_day,
        currency=seen.basis.currency,
        kept=asked.kept,
        schemes=asked.schemes,
        rules=asked.rules,
        group=asked.group,
        customer_key=seen.customer_key,
        window_days=None if seen.window is None else seen.window.days,
    )


def _with_changes(row: Score, steps: _Steps, as_of_day: int) -> Score:
    """The row with everything that makes its value another one."""
    found: list[Change] = []
    for change, some in ((ONE_ORDER, steps.one_order), (USUAL_ORDERS, steps.usual_orders), (WAIT, steps.wait)):
        value = row.value
        for step in some:
            if step.values.get(row.score) == value:
                continue
            value = step.values.get(row.score)
            found.append(changed(change, step.at, value, as_of_day=as_of_day))
    return Score(row.score, row.value, row.because, row.measure, row.raw, row.cut_low, row.cut_high, tuple(found))


def _score_row(row: Score, speaker: Speaker) -> tuple[object, ...]:
    bought = [one for one in row.changes if one.change == ONE_ORDER]
    usual = [one for one in row.changes if one.change == USUAL_ORDERS]
    waited = [one for one in row.changes if one.change in (WAIT, SILENCE)]
    up = next(iter(bought or usual), None)
    down = next(iter(waited), None)
    same = next((one.needed_orders for one in usual if up and one.value == up.value), None)
    return (
        row.score,
        row.value,
        row.measure,
        row.raw,
        row.cut_low,
        row.cut_high,
        row.because or None,
        _would_change(row, bought, usual, waited, speaker) or None,
        up.value if up else None,
        up.needed_sales if up else None,
        same,
        down.value if down else None,
        down.needed_days if down else None,
        down.reached_on if down else None,
    )


def _would_change(
    row: Score, bought: Sequence[Change], usual: Sequence[Change], waited: Sequence[Change], speaker: Speaker
) -> str:
    """What would change a score, the nearest first: of scores and tiers one step, of classes several."""
    is_class = row.measure is None
    said = []
    for change in bought[: _SAID if is_class else 1] or usual[:1]:
        orders = next((one.needed_orders for one in usual if one.value == change.value), None)
        said.append(speaker.change(row.score, change, orders=orders))
    written = [one for one in row.changes if one.change == MESSAGES]
    said += [speaker.change(row.score, change) for change in (*written, *waited[:1])]
    return speaker.changes(said)


def _change_row(change: Change) -> tuple[object, ...]:
    return (
        change.change,
        change.value,
        change.needed_sales,
        change.needed_orders,
        change.needed_messages,
        change.needed_days,
        change.reached_on,
    )
