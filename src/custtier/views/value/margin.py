"""What is left of what customers will bring after the goods are paid for: `value --margin`."""

from typing import Final

import numpy as np
import polars as pl

from custtier.errors import nothing_error
from custtier.facts import Note
from custtier.views.basis import Basis
from custtier.views.histories import Past
from custtier.views.margins import LEAST_KNOWN, MarginShares, margin_shares
from custtier.views.value.portfolio import Forecast, Range

MARGIN_COLUMNS: Final = ("margin_share", "expected_margin", "margin_low", "margin_high")
"""Columns of the table `customers` behind those of sales."""


def margin_of(basis: Basis, past: Past) -> MarginShares:
    """Which share of their sales customers leave, in the order of `past.customers`.

    Args:
        basis: The orders used.
        past: The customers.

    Raises:
        CusttierError: `no-costs`, `few-costs`.
    """
    found = margin_shares(basis, past.customers)
    if found.known_share is None:
        raise nothing_error(
            "no-costs",
            "--margin needs to know what goods cost, and no costs are known in this currency",
            hint="fill in a list of costs, `custtier template costs` begins one, and import it",
        )
    if found.shares is None:
        raise nothing_error(
            "few-costs",
            "--margin needs the costs of at least {needed:.0%} of the sales, and knows those of {known:.0%}",
            hint="fill in the costs of what sells most, `custtier template costs` begins a list, and import it",
            needed=LEAST_KNOWN,
            known=found.known_share,
        )
    return found


def with_margin(table: pl.DataFrame, margin: MarginShares) -> pl.DataFrame:
    """`table`, in the order of the shares, with `margin_share` and `expected_margin`; `present_value` is of margin."""
    assert margin.shares is not None
    share = pl.col("margin_share")
    present = [pl.col("present_value") * share] if "present_value" in table.columns else []
    return table.with_columns(pl.Series("margin_share", margin.shares.own)).with_columns(
        (pl.col("expected_sales") * share).alias("expected_margin"), *present
    )


def with_margin_range(listed: pl.DataFrame) -> pl.DataFrame:
    """`listed` with `margin_low` and `margin_high`: the ends of sales at the customer's share, the lower first."""
    at_ends = [pl.col(name) * pl.col("margin_share") for name in ("sales_low", "sales_high")]
    return listed.with_columns(
        pl.min_horizontal(at_ends).alias("margin_low"), pl.max_horizontal(at_ends).alias("margin_high")
    )


def margin_figures(table: pl.DataFrame, margin: MarginShares, told: Forecast | None) -> dict[str, object]:
    """The figures of the summary: of all customers, and how much is known."""
    assert margin.shares is not None
    return {
        "expected_margin": round(float(table["expected_margin"].sum())),
        **ends("margin", told.margin_range if told else None),
        "margin_share": margin.shares.overall,
        "costs_known_share": margin.known_share,
    }


def ends(name: str, found: Range | None) -> dict[str, object]:
    """`_low` and `_high` of something in whole minor units; null where they are not known."""
    low, high = (None if np.isnan(end) else round(end) for end in found or (np.nan, np.nan))
    return {f"{name}_low": low, f"{name}_high": high}


def on_margin(margin: MarginShares | None) -> list[Note]:
    """How much of the sales has known costs, and what is taken of the rest."""
    if margin is None or margin.shares is None:
        return []
    known: dict[str, object] = {"known": margin.known_share, "share": margin.shares.overall}
    return [Note("value_margin" if margin.shares.weights.any() else "value_margin_alike", known)]
