"""Whether those who are most like past buyers come first in earnest: tried on days of the shop's past.

A day of the past is forecast by days before it alone, whose outcome was known on it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from custtier.models.judging import auc, listed
from custtier.models.nested_shares import NestedShares, nested_shares
from custtier.models.proportions import NORMAL
from custtier.views.leads.signals import SIGNALS, candidates, with_outcome

HORIZON_DAYS: Final = 30
MOST_ORIGINS: Final = 8
FEW_ORIGINS: Final = 4
MANY_PEOPLE: Final = 100_000
"""So many contacts show on `FEW_ORIGINS` days what fewer show on `MOST_ORIGINS`."""
MOST_TRIED: Final = 4
FEWEST_PEOPLE: Final = 50
"""With fewer past people, or fewer buyers among them, nothing is learnt from them."""
FEWEST_BUYERS: Final = 10
LIST_SHARE: Final = 0.1

ALIKE, RECENCY = ORDERS = ("alike", "recency")
"""Those first whose like bought most often; those first who wrote last."""

Floats = NDArray[np.float64]
LeadsOn = Callable[[date], pl.DataFrame]
"""Gives `Leads.people` of an earlier day."""


@dataclass(frozen=True)
class Tried:
    """How the two orders did on days of the past.

    Args:
        days: Days that were forecast.
        people: Rows of these days.
        buyers: Those of them who bought.
        length: Rows of all lists together.
        found: Order → buyers on the lists.
        areas: Order → AUC, the mean over the days.
        gain: AUC by likeness less AUC by recency.
        gain_low: Lower end of its 95 % range.
        gain_high: Upper end.
    """

    days: tuple[date, ...]
    people: int
    buyers: int
    length: int
    found: dict[str, float]
    areas: dict[str, float]
    gain: float
    gain_low: float
    gain_high: float

    @property
    def is_better(self) -> bool:
        """Whether likeness is better than recency beyond chance."""
        return self.gain_low > 0


@dataclass(frozen=True)
class Learnt:
    """What the past says.

    Args:
        shares: How often those of each kind bought; None where there are too few.
        cases: Everybody on the days of the past, with `SIGNALS` and `did`.
        days: The days, the latest first.
        tried: How both orders did; None where there was too little to try.
    """

    shares: NestedShares | None
    cases: pl.DataFrame
    days: tuple[date, ...]
    tried: Tried | None


def origins(until: date, *, most: int = MOST_ORIGINS) -> list[date]:
    """Days of the past whose outcome is known, the latest first, so far apart that no purchase is counted twice.

    Examples:
        >>> [str(day) for day in origins(date(2026, 6, 30), most=2)]
        ['2026-05-31', '2026-05-01']
    """
    return [until - timedelta(days=HORIZON_DAYS * back) for back in range(1, most + 1)]


def learnt(leads_on: LeadsOn, bought: pl.DataFrame, *, until: date, length: int | None = None) -> Learnt:
    """How often contacts with B or C bought within `HORIZON_DAYS`, by what they were like, and whether that helps.

    Args:
        leads_on: The contacts of an earlier day, as they were then: everybody, whoever is asked for.
        bought: `customer_key`, `order_day`: every purchase known.
        until: Last day of which purchases are known.
        length: How many people can be written to in a week; None for a tenth.
    """
    days: list[date] = []
    held: list[pl.DataFrame] = []
    most = MOST_ORIGINS
    for day in origins(until):
        if len(days) == most:
            break
        people = leads_on(day)
        if people.is_empty():
            break
        if not days and people.height >= MANY_PEOPLE:
            most = FEW_ORIGINS
        days.append(day)
        held.append(
            with_outcome(candidates(people, as_of=day), bought, as_of=day, days=HORIZON_DAYS).select(
                "customer_key", *SIGNALS, "silent_days", "did"
            )
        )
    if not held:
        return Learnt(None, pl.DataFrame(), (), None)
    return Learnt(_shares(held), pl.concat(held), tuple(days), _tried(held, days=days, length=length))


def _shares(cases: Sequence[pl.DataFrame]) -> NestedShares | None:
    """Shares by `SIGNALS`; None where too few people or buyers are known."""
    rows = pl.concat(cases)
    if rows.height < FEWEST_PEOPLE or int(rows["did"].sum()) < FEWEST_BUYERS:
        return None
    counted = rows.group_by(SIGNALS).agg(pl.len(), pl.col("did").sum().alias("hits")).sort(SIGNALS, nulls_last=True)
    return nested_shares({tuple(group): (count, hits) for *group, count, hits in counted.iter_rows()})


def chances(held: pl.DataFrame, shares: NestedShares) -> pl.Series:
    """The chance of everybody, by those who were like them."""
    kinds = held.select(SIGNALS).unique()
    told = kinds.with_columns(
        pl.Series("chance", [shares.share(tuple(kind)) for kind in kinds.iter_rows()], dtype=pl.Float64)
    )
    return held.join(told, on=list(SIGNALS), how="left", nulls_equal=True, maintain_order="left")["chance"]


def _tried(held: Sequence[pl.DataFrame], *, days: Sequence[date], length: int | None) -> Tried | None:
    """Each of the latest days forecast by the days before it."""
    parts = []
    for place in range(min(MOST_TRIED, len(days))):
        shares, now = _shares(held[place + 1 :]) if held[place + 1 :] else None, held[place]
        did = now["did"].to_numpy()
        if shares is not None and 0 < did.sum() < len(did):
            scores = {ALIKE: _likeliest(now, shares), RECENCY: _latest(now)}
            parts.append((days[place], now["customer_key"].to_numpy(), scores, did))
    if not parts:
        return None
    weights = np.array([did.sum() for *_, did in parts], dtype=np.float64)
    weights /= weights.sum()
    areas, found, total = dict.fromkeys(ORDERS, 0.0), dict.fromkeys(ORDERS, 0.0), 0
    keys, moved = [], []
    for weight, (_, people, scores, did) in zip(weights, parts, strict=True):
        measures = {name: auc(scores[name], did) for name in ORDERS}
        size = min(length or max(1, round(len(did) * LIST_SHARE)), len(did))
        total += size
        for name in ORDERS:
            areas[name] += weight * measures[name].value
            found[name] += listed(scores[name], did, length=size).hits
        keys.append(people)
        moved.append(weight * (measures[ALIKE].influence - measures[RECENCY].influence))
    # a person who was looked at on several days is one
    _, place_of = np.unique(np.concatenate(keys), return_inverse=True)
    spread = float(np.sqrt((np.bincount(place_of.reshape(-1), weights=np.concatenate(moved)) ** 2).sum()))
    gain = float(areas[ALIKE] - areas[RECENCY])
    return Tried(
        days=tuple(day for day, *_ in parts),
        people=sum(len(did) for *_, did in parts),
        buyers=int(sum(did.sum() for *_, did in parts)),
        length=total,
        found={name: float(hits) for name, hits in found.items()},
        areas={name: float(area) for name, area in areas.items()},
        gain=gain,
        gain_low=gain - NORMAL * spread,
        gain_high=gain + NORMAL * spread,
    )


def _likeliest(held: pl.DataFrame, shares: NestedShares) -> Floats:
    """Who is likeliest to buy has the highest score; of those who are alike, who wrote last: as the list goes."""
    told = held.select(chances(held, shares).alias("chance"), pl.Series("latest", _latest(held)))
    return told.select(pl.struct("chance", "latest").rank("dense").cast(pl.Float64)).to_series().to_numpy()


def _latest(held: pl.DataFrame) -> Floats:
    """Who wrote last has the highest score; of whom nothing is known the lowest."""
    silent = held["silent_days"].cast(pl.Float64).fill_null(1e9)
    return np.asarray(-silent.to_numpy())
