"""Who of those who talked is worth a word this week: first those whose like bought most often."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Final

import polars as pl

from custtier.facts import Note
from custtier.models.nested_shares import NestedShares
from custtier.models.proportions import wilson
from custtier.text.promise_reasons import PROMISE_REASONS
from custtier.views.basis import Basis
from custtier.views.grade.answer import with_names
from custtier.views.grade.reasons import reason_text
from custtier.views.leads.leads import Leads
from custtier.views.leads.signals import SIGNALS, SILENT_BANDS, candidates
from custtier.views.leads.trial import (
    ALIKE,
    FEWEST_BUYERS,
    FEWEST_PEOPLE,
    HORIZON_DAYS,
    RECENCY,
    Learnt,
    Tried,
    chances,
)
from custtier.views.spoken import filled
from custtier.views.view import View

COLUMNS: Final = (
    "customer_id",
    "name",
    "phone",
    "agent",
    "agent_place",
    "grade",
    "lead_chance",
    "reason",
    "last_incoming_on",
    "alike_count",
    "alike_bought",
    "share_low",
    "share_high",
    "incoming_count",
    "added_on",
    "channel",
)
"""Columns of the table `contacts`."""

FEWEST_ALIKE: Final = 10
"""Fewer who are alike in every sign are no example; those alike in fewer signs are told instead."""


@dataclass(frozen=True)
class Wanted:
    """What list is wanted.

    Args:
        letters: Only these of `grading.WORTH_A_WORD`; empty for both.
        agents: Only people whose talk is with these agents; empty for all.
        capacity: How many each agent can write to; None for all.
    """

    letters: Sequence[str] = ()
    agents: Sequence[str] = ()
    capacity: int | None = None


def promising(
    basis: Basis, leads: Leads, past: Learnt, *, wanted: Wanted, lang: str = "en", rows: int | None = None
) -> View:
    """Contacts with B or C, those first who are most likely to buy within `HORIZON_DAYS`.

    The order is by how often people like them bought, where that was better than recency on the shop's own past, else
    by who wrote last. Nobody who has bought or deleted us is among them; one person stands once, with the agent of the
    talk.

    Args:
        basis: The orders used and the day observed.
        leads: The contacts asked for.
        past: What is learnt of the past, from everybody.
        wanted: What list is wanted.
        lang: Language of the reasons.
        rows: How many rows will be shown; None for all.

    Returns:
        Tables `contacts` (`COLUMNS`), `alike` (how often each kind bought before) and `word_orders` (how the two orders
        did on days of the past).
    """
    held = candidates(leads.people, as_of=basis.as_of)
    if wanted.agents:
        held = held.filter(pl.col("agent").is_in(list(wanted.agents)))
    held = _with_chances(held, past.shares)
    by_alike = past.tried is not None and past.tried.is_better
    asked = held.filter(pl.col("grade").is_in(list(wanted.letters))) if wanted.letters else held
    placed = _placed(with_names(asked, facts=basis.facts), by_alike=by_alike)
    listed = placed if wanted.capacity is None else placed.filter(pl.col("agent_place") <= wanted.capacity)
    tried = past.tried
    return View(
        command="grade_promising",
        parameters={
            "promising": True,
            **({"grade": list(wanted.letters)} if wanted.letters else {}),
            **({"capacity": wanted.capacity} if wanted.capacity is not None else {}),
        },
        summary={
            "contacts": leads.people.height,
            "candidates": asked.height,
            "grade_b": int((asked["grade"] == "B").sum()),
            "grade_c": int((asked["grade"] == "C").sum()),
            "listed_contacts": listed.height,
            "expected_buyers": round(float(listed["lead_chance"].sum())) if past.shares else None,
            "word_order": ALIKE if by_alike else RECENCY,
            "horizon": HORIZON_DAYS,
            "lift": _lift(tried, ALIKE if by_alike else RECENCY),
        },
        tables={
            "contacts": _shown(listed, as_of_day=basis.as_of_day, lang=lang, rows=rows),
            "alike": _kinds(past.cases),
            "word_orders": _orders(tried, by_alike=by_alike),
        },
        heights={"contacts": listed.height},
        notes=(*leads.notes, *_remarks(past)),
        as_of=basis.as_of,
        data_through=basis.facts.extent.data_through,
        currency=basis.currency,
    )


def _with_chances(held: pl.DataFrame, shares: NestedShares | None) -> pl.DataFrame:
    """`held` with `lead_chance`, `alike_count` and `alike_bought`; null where nothing is learnt."""
    if shares is None:
        return held.with_columns(
            pl.lit(None, dtype=pl.Float64).alias("lead_chance"),
            pl.lit(None, dtype=pl.Int64).alias("alike_count"),
            pl.lit(None, dtype=pl.Int64).alias("alike_bought"),
        )
    kinds = held.select(SIGNALS).unique()
    alike = [_alike(tuple(kind), shares) for kind in kinds.iter_rows()]
    told = kinds.with_columns(
        pl.Series("alike_count", [count for count, _ in alike], dtype=pl.Int64),
        pl.Series("alike_bought", [bought for _, bought in alike], dtype=pl.Int64),
    )
    return held.with_columns(chances(held, shares).alias("lead_chance")).join(
        told, on=list(SIGNALS), how="left", nulls_equal=True, maintain_order="left"
    )


def _alike(kind: tuple[object, ...], shares: NestedShares) -> tuple[int, int]:
    """How many were alike in the signs that say anything, as far as there are examples; how many of them bought."""
    for depth in range(len(kind), 1, -1):
        found = shares.counts(kind[:depth])
        if isfinite(shares.strengths[depth - 1]) and found[0] >= FEWEST_ALIKE:
            return found
    return shares.counts(kind[:1])


def _placed(held: pl.DataFrame, *, by_alike: bool) -> pl.DataFrame:
    """In their order, with `agent_place`: the place among those of the same agent."""
    order = ["lead_chance"] if by_alike else []
    return held.sort(
        *order,
        "silent_days",
        "incoming_count",
        "customer_id",
        descending=[*([True] * len(order)), False, True, False],
        nulls_last=True,
    ).with_columns((pl.int_range(pl.len()).over("agent") + 1).alias("agent_place"))


def _shown(listed: pl.DataFrame, *, as_of_day: int, lang: str, rows: int | None) -> pl.DataFrame:
    """The table `contacts`."""
    places = {
        "count": pl.col("alike_count").cast(pl.String),
        "bought": pl.col("alike_bought").cast(pl.String),
        "days": pl.lit(str(HORIZON_DAYS)),
    }
    said = filled(PROMISE_REASONS[lang], places).fill_null("")
    shown = listed.head(listed.height if rows is None else rows)
    ranges = [
        wilson(bought, count) or (None, None) if count is not None and bought is not None else (None, None)
        for count, bought in shown.select("alike_count", "alike_bought").iter_rows()
    ]
    return shown.with_columns(
        pl.concat_str(reason_text(as_of_day=as_of_day, lang=lang), said).alias("reason"),
        pl.Series("share_low", [low for low, _ in ranges], dtype=pl.Float64),
        pl.Series("share_high", [high for _, high in ranges], dtype=pl.Float64),
    ).select(COLUMNS)


def _kinds(cases: pl.DataFrame) -> pl.DataFrame:
    """The table `alike`: how many of each letter and silence there were on days of the past, and how many bought."""
    columns = {
        "grade": pl.String, "silent_from": pl.Int64, "silent_to": pl.Int64, "past_people": pl.Int64,
        "past_bought": pl.Int64, "share": pl.Float64, "share_low": pl.Float64, "share_high": pl.Float64,
    }  # fmt: skip
    if cases.is_empty():
        return pl.DataFrame(schema=columns)
    counted = (
        cases.group_by("grade", "silent_band")
        .agg(pl.len().cast(pl.Int64).alias("people"), pl.col("did").sum().cast(pl.Int64).alias("bought"))
        .sort("grade", "silent_band", nulls_last=True)
    )
    bounds = (0, *SILENT_BANDS)
    rows = [
        (
            letter,
            None if band is None else bounds[band],
            None if band is None or band + 1 >= len(bounds) else bounds[band + 1] - 1,
            people,
            bought,
            bought / people,
            *(wilson(bought, people) or (None, None)),
        )
        for letter, band, people, bought in counted.iter_rows()
    ]
    return pl.DataFrame(rows, schema=columns, orient="row")


def _orders(tried: Tried | None, *, by_alike: bool) -> pl.DataFrame:
    """The table `word_orders`: what lists in either order would have found, and in no order at all."""
    columns = {
        "word_order": pl.String, "list_length": pl.Int64, "list_found": pl.Float64, "list_share": pl.Float64,
        "lift": pl.Float64, "auc": pl.Float64, "is_order_used": pl.Boolean,
    }  # fmt: skip
    if tried is None:
        return pl.DataFrame(schema=columns)
    used = ALIKE if by_alike else RECENCY
    rows: list[tuple[object, ...]] = [
        (
            name,
            tried.length,
            tried.found[name],
            tried.found[name] / tried.length,
            _lift(tried, name),
            tried.areas[name],
            name == used,
        )
        for name in (ALIKE, RECENCY)
    ]
    base = tried.buyers / tried.people
    rows.append(("by_chance", tried.length, base * tried.length, base, 1.0, 0.5, False))
    return pl.DataFrame(rows, schema=columns, orient="row")


def _lift(tried: Tried | None, order: str) -> float | None:
    """How many times as many buyers a list finds as one in no order."""
    return None if tried is None else tried.found[order] / tried.length / (tried.buyers / tried.people)


def _remarks(past: Learnt) -> list[Note]:
    """By what they are ordered, and how well that did."""
    if past.shares is None:
        held = past.cases
        bought = int(held["did"].sum()) if held.height else 0
        few = {"people": held.height, "bought": bought, "needed": FEWEST_PEOPLE, "buyers": FEWEST_BUYERS}
        return [Note("promising_too_few", {**few, "days": HORIZON_DAYS})]
    tried = past.tried
    if tried is None:
        return [Note("promising_untried", {"days": HORIZON_DAYS})]
    told: dict[str, object] = {
        "days": len(tried.days),
        "length": tried.length,
        "alike": tried.found[ALIKE],
        "recency": tried.found[RECENCY],
        "by_chance": tried.length * tried.buyers / tried.people,
        "low": tried.gain_low,
        "high": tried.gain_high,
    }
    return [Note("promising_by_alike" if tried.is_better else "promising_by_recency", told)]
