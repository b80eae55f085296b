"""How many people the customers whom one knows could reach, as assumed and as this shop has seen it so far.

Who knows 200 people may get 50 of them to speak for the shop, and each of these may bring 10: 50 + 50 × 10 = 550 people
who take part. What is assumed stands beside what the shop's own customers did.
"""

from dataclasses import dataclass
from typing import Final

import polars as pl

from custtier.errors import usage_error
from custtier.facts import Note
from custtier.models.means import error_of_mean, mean_of
from custtier.models.proportions import NORMAL, wilson
from custtier.views.spoken import spoken_number, spoken_share

KNOWN: Final = 200
MOBILISED: Final = 50
EACH: Final = 10
MOST: Final = 1_000_000_000

COLUMNS: Final[dict[str, "pl.DataType | type[pl.DataType]"]] = {
    "reach_figure": pl.String,
    "assumed": pl.Float64,
    "seen_here": pl.Float64,
    "seen_low": pl.Float64,
    "seen_high": pl.Float64,
    "reach_verdict": pl.String,
}
FIGURES: Final = ("mobilised_percent", "mobilised", "each", "newcomers", "reached", "onward")


@dataclass(frozen=True)
class Assumed:
    """What is assumed.

    Args:
        known: People whom one knows.
        mobilised: How many of them speak for the shop.
        each: How many each of these brings.
    """

    known: int = KNOWN
    mobilised: int = MOBILISED
    each: float = EACH

    @property
    def newcomers(self) -> float:
        """People who are brought."""
        return self.mobilised * self.each

    @property
    def reached(self) -> float:
        """All who take part: those who speak for the shop, and those whom they bring."""
        return self.mobilised + self.newcomers


@dataclass(frozen=True)
class Own:
    """What the shop has seen.

    Args:
        customers: Everybody who bought.
        bringers: How many of them brought anybody.
        counts: How many each of these brought.
        brought: Everybody who was brought, by whomever.
        onward: How many people those in turn brought.
    """

    customers: int
    bringers: int
    counts: pl.Series
    brought: int
    onward: int


@dataclass(frozen=True)
class Reach:
    """The estimate.

    Args:
        table: `COLUMNS`, one row a figure of `FIGURES`; shares are told in per cent.
        summary: The single figures of it.
        notes: Where what is assumed lies outside what the shop has seen.
    """

    table: pl.DataFrame
    summary: dict[str, object]
    notes: tuple[Note, ...]


def checked(known: int, mobilised: int, each: float) -> Assumed:
    """The assumption, if it can hold.

    Raises:
        CusttierError: `bad-reach`.
    """
    if not (0 < known <= MOST and 0 <= mobilised <= known and 0 <= each <= MOST):
        raise usage_error(
            "bad-reach",
            "of {known} people known {mobilised} are to speak for the shop: between 0 and {known} are expected, and of "
            "those known at least 1",
            hint="write it as --reach --known 200 --mobilised 50 --each 10",
            known=known,
            mobilised=mobilised,
        )
    return Assumed(known, mobilised, each)


def reach_of(assumed: Assumed, own: Own) -> Reach:
    """The assumption beside the shop's own figures.

    The share of customers who brought anybody has the interval of Wilson (1927), how many each brought that of a mean;
    what is expected of them is their product, its ends those of both.
    """
    rate = wilson(own.bringers, own.customers)
    share = own.bringers / own.customers if own.customers else None
    each, each_low, each_high = _mean(own.counts)
    low, high = rate if rate is not None else (None, None)
    table = pl.DataFrame(
        [
            _row("mobilised_percent", 100 * assumed.mobilised / assumed.known, *_times(100, share, low, high)),
            _row("mobilised", assumed.mobilised, *_times(assumed.known, share, low, high)),
            _row("each", assumed.each, each, each_low, each_high),
            _row(
                "newcomers",
                assumed.newcomers,
                _product(assumed.known, share, each),
                _product(assumed.known, low, each_low),
                _product(assumed.known, high, each_high),
            ),
            _row(
                "reached",
                assumed.reached,
                _product(assumed.known, share, _more(each)),
                _product(assumed.known, low, _more(each_low)),
                _product(assumed.known, high, _more(each_high)),
            ),
            _row("onward", 0.0, own.onward / own.brought if own.brought else None, None, None),
        ],
        schema=COLUMNS,
    )
    summary: dict[str, object] = {
        "people_known": assumed.known,
        "people_mobilised": assumed.mobilised,
        "each_brings": float(assumed.each),
        "people_reached": float(assumed.reached),
        "customers": own.customers,
        "bringers": own.bringers,
        "bringer_share": share,
        "bringer_share_low": low,
        "bringer_share_high": high,
        "brought_each": each,
        "most_brought": own.counts.max() if own.counts.len() else None,
        "own_people_reached": table.filter(pl.col("reach_figure") == "reached")["seen_here"].item(),
    }
    return Reach(table, summary, _notes(assumed, own, rate))


def _mean(counts: pl.Series) -> tuple[float | None, float | None, float | None]:
    """How many each brought, on average, and the ends of its 95 % interval; nobody who brought anybody brought none."""
    if counts.is_empty():
        return None, None, None
    mean = mean_of(counts)
    if counts.len() == 1:
        return mean, None, None
    half = NORMAL * error_of_mean(counts)
    return mean, max(mean - half, 1.0), mean + half


def _times(factor: float, *values: float | None) -> list[float | None]:
    return [None if value is None else factor * value for value in values]


def _product(*factors: float | None) -> float | None:
    found = 1.0
    for factor in factors:
        if factor is None:
            return None
        found *= factor
    return found


def _more(each: float | None) -> float | None:
    """Those who are brought by one, and the one."""
    return None if each is None else 1 + each


def _row(figure: str, assumed: float, own: float | None, low: float | None, high: float | None) -> dict[str, object]:
    return {
        "reach_figure": figure,
        "assumed": float(assumed),
        "seen_here": own,
        "seen_low": low,
        "seen_high": high,
        "reach_verdict": _verdict(assumed, low, high),
    }


def _verdict(assumed: float, low: float | None, high: float | None) -> str | None:
    if low is None or high is None:
        return None
    return "above" if assumed > high else "below" if assumed < low else "within"


def _notes(assumed: Assumed, own: Own, rate: tuple[float, float] | None) -> tuple[Note, ...]:
    if not own.bringers:
        return (Note("reach_unseen"),)
    notes = []
    share = assumed.mobilised / assumed.known
    if rate is not None and not rate[0] <= share <= rate[1]:
        ends = {"low": spoken_share(rate[0]), "high": spoken_share(rate[1])}
        code = "reach_share_above" if share > rate[1] else "reach_share_below"
        notes.append(Note(code, {"share": spoken_share(share), "customers": own.customers, **ends}))
    most = int(str(own.counts.max()))
    if assumed.each > most:
        notes.append(Note("reach_each_unseen", {"each": spoken_number(assumed.each), "most": most}))
    return (*notes, Note("reach_own_history"))
