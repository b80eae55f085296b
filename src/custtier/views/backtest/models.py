"""The models of buying that a shop's past can carry, fitted on each origin to what was known then."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from custtier.models.btyd.choice import (
    Known,
    Unsupported,
    burn_in,
    candidates,
    first_seen_after,
    fit_to,
    model_named,
    nearest_k,
    regularity,
    unsupported,
    usable,
)
from custtier.models.btyd.fits import Fit
from custtier.models.btyd.histories import Flags
from custtier.views.backtest.origins import Origin

MOST_FITTED: Final = 20_000
"""Models are fitted to so many customers at most: more of them move a figure less than its interval is wide."""


@dataclass(frozen=True)
class Fits:
    """Models by name, with one fit for each origin.

    Args:
        by_name: Those that could be fitted on every origin.
        origins: On which they were fitted, the latest first: those whose customers can carry models.
        refused: Why there is none; None when there is one.
        left_out: Models that did not come to an end, or only at a bound.
        nobody_leaves: Models that say no more than that nobody ever leaves, on the latest origin.
        k: How regular gaps are taken to be.
    """

    by_name: dict[str, list[Fit]]
    origins: list[Origin]
    refused: Unsupported | None = None
    left_out: tuple[str, ...] = ()
    nobody_leaves: tuple[str, ...] = field(default=())
    k: int = 1


def fits_of(origins: Sequence[Origin]) -> Fits:
    """The models for these origins; with none that can be carried, all origins are kept for the simple rules.

    Models must be known on every origin that is judged, so that all rules have the same customers; an earlier origin
    whose customers carry none is left out.
    """
    refused = unsupported(origins[0].past.known)
    if refused is not None:
        return Fits({}, list(origins), refused)
    carrying = []
    for origin in origins:
        if unsupported(origin.past.known) is not None:
            break
        carrying.append(origin)
    k = nearest_k(regularity(origins[0].past.known.last_gaps))
    by_name, left_out = {}, []
    for name in candidates(k):
        fits = [_fit(name, origin) for origin in carrying]
        if all(usable(fit) for fit in fits):
            by_name[name] = fits
        else:
            left_out.append(name)
    empty = tuple(name for name, fits in by_name.items() if fits[0].nobody_leaves)
    return Fits(by_name, carrying, None, tuple(left_out), empty, k)


def _fit(name: str, origin: Origin) -> Fit:
    known = origin.past.known
    days = burn_in(known)
    rows = first_seen_after(known, days=days) if days else None
    if len(known.x) > MOST_FITTED:
        rows = _drawn(known, rows)
    return fit_to(model_named(name), known, rows)


def _drawn(known: Known, rows: Flags | None) -> Flags:
    """At most `MOST_FITTED` of the customers, always the same ones whatever the order of rows."""
    order = np.lexsort((known.T, known.t_x, known.x))
    allowed = order if rows is None else order[rows[order]]
    drawn = np.zeros(len(known.x), dtype=bool)
    size = min(MOST_FITTED, len(allowed))
    drawn[allowed[np.random.default_rng(0).choice(len(allowed), size, replace=False)]] = True
    return drawn
