"""Why the detectors suspect a cluster of orders, in words with the numbers."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import polars as pl

from custtier.metrics.suspects import Suspects
from custtier.rules import Detectors
from custtier.text import Catalogue, message
from custtier.views.spoken import spoken_money, spoken_number

_LINKS: Final = {
    "address": message("{orders} orders by {accounts} accounts to one address within {days} days"),
    "phone": message("{orders} orders by {accounts} accounts with one phone within {days} days"),
    "family": message("{orders} orders by {accounts} accounts whose names differ by a number, within {days} days"),
    "crowd": message("{orders} orders of one basket and amount on one day, by accounts that bought nothing else"),
}
_NAMES: Final = message("{names} receiver names")
_ALIKE: Final = message("{share:.0%} of them the same products for {amount}")
_EVEN: Final = message("evenly one every {minutes} minutes")
_ONCE: Final = message("{share:.0%} of the accounts bought only this once")
_NIGHT: Final = message("{share:.0%} between midnight and six")
_POINTS: Final = message("{points} points, {least} are enough")
_LARGEST: Final = message("the largest order, {amount}, is {times} times the usual {usual}")
_PIECES: Final = message("up to {pieces} pieces in one order")
_REPEATED: Final = message("{orders} large orders of one customer")

TABLE: Final = ("detector", "on", "since", "until", "orders", "accounts", "net_sales", "detail")


def suggestions(
    found: Mapping[str, Suspects],
    *,
    switched_on: Sequence[str],
    detectors: Detectors,
    currency: str | None,
    catalogue: Catalogue,
) -> pl.DataFrame:
    """One row per suspicious cluster, each detector's strongest first.

    Args:
        found: Detector → what it found.
        switched_on: Detectors that a rule of the user's switches on.
        detectors: Their limits.
        currency: Currency of every amount.
        catalogue: The language of the reasons.

    Returns:
        The columns of `TABLE`.
    """
    tables = [_no_suggestions()]
    for name, suspects in found.items():
        rows = suspects.clusters.sort("cluster").to_dicts()
        say = _brushed if name == "brushed" else _wholesale
        reasons = [say(row, detectors, currency, catalogue) for row in rows]
        told = suspects.clusters.sort("cluster").with_columns(
            pl.lit(name).alias("detector"),
            pl.lit(name in switched_on).alias("on"),
            pl.Series("detail", reasons, dtype=pl.String),
        )
        tables.append(told.select(TABLE))
    return pl.concat(tables)


def _no_suggestions() -> pl.DataFrame:
    """A table without suggestions."""
    kinds = (pl.String, pl.Boolean, pl.Date, pl.Date, pl.Int64, pl.Int64, pl.Int64, pl.String)
    return pl.DataFrame(schema=dict(zip(TABLE, kinds, strict=True)))


def _brushed(row: Mapping[str, Any], detectors: Detectors, currency: str | None, catalogue: Catalogue) -> str:
    limits, say = detectors.brushed, catalogue.say
    days = (row["until"] - row["since"]).days + 1
    parts = [catalogue.fill(_LINKS[row["link"]], {**row, "days": days})]
    if row["link"] == "address":
        parts.append(say(_NAMES, names=row["names"]))
    amount = spoken_money(row["amount"], currency)
    if row["link"] == "crowd" or (row["alike_share"] or 0) >= limits.alike_share:
        parts.append(say(_ALIKE, share=row["alike_share"], amount=amount))
    if row["even_gap_minutes"] is not None:
        parts.append(say(_EVEN, minutes=spoken_number(row["even_gap_minutes"])))
    if (row["once_share"] or 0) >= limits.once_share:
        parts.append(say(_ONCE, share=row["once_share"]))
    if (row["night_share"] or 0) >= limits.night_share:
        parts.append(say(_NIGHT, share=row["night_share"]))
    parts.append(say(_POINTS, points=row["points"], least=limits.points))
    return _joined(parts, catalogue)


def _wholesale(row: Mapping[str, Any], detectors: Detectors, currency: str | None, catalogue: Catalogue) -> str:
    limits, say = detectors.wholesale, catalogue.say
    parts = []
    if row["times"] >= limits.repeated_times or row["pieces"] is None:
        amount, usual = spoken_money(row["largest"], currency), spoken_money(row["usual"], currency)
        parts.append(say(_LARGEST, amount=amount, usual=usual, times=spoken_number(row["times"])))
    if row["pieces"] is not None:
        parts.append(say(_PIECES, pieces=spoken_number(row["pieces"])))
    if row["repeated"]:
        parts.append(say(_REPEATED, orders=row["repeated"]))
    return _joined(parts, catalogue)


def _joined(parts: Sequence[str], catalogue: Catalogue) -> str:
    return ("；" if catalogue.lang == "zh" else "; ").join(parts)
