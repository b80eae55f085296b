"""Bounds of tiers kept between runs: `tier-cuts.json` in the settings folder."""

from collections.abc import Mapping
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from custtier.settings import settings_folder
from custtier.views.tiers.frozen import FrozenTiers
from custtier.views.tiers.standing import Standing
from custtier.workflows.frozen_cuts import kept_in, write_kept

FILE_NAME: Final = "tier-cuts.json"
COMMAND: Final = "custtier tiers --freeze"


def keep_bounds(state: Standing) -> Path:
    """Keep the bounds of an answer, in the place of those kept before; gives the file."""
    basis, customers = state.everyone.basis, state.told.named.height
    now = state.told.named.get_column("tier_now" if "tier_now" in state.told.named.columns else "tier")
    counts = {code: int((now == code).sum()) for code in state.codes}
    kept = {
        "as_of": str(basis.as_of),
        "currency": basis.currency,
        "window_days": state.window_days,
        "tiers": [
            {"tier": code, "least_sales": bound, "customer_share": counts[code] / customers}
            for code, bound in zip(state.codes, [*state.told.bounds, None], strict=True)
        ],
    }
    return write_kept(settings_folder() / FILE_NAME, kept)


def kept_bounds() -> FrozenTiers | None:
    """The bounds kept; None when there are none.

    Raises:
        CusttierError: `bad-frozen-cuts` when the file is not as it was written.
    """
    return kept_in(settings_folder() / FILE_NAME, made=_made, holds=_holds, command=COMMAND)


def _made(found: Mapping[str, Any]) -> FrozenTiers:
    tiers = found["tiers"]
    return FrozenTiers(
        as_of=date.fromisoformat(found["as_of"]),
        currency=found["currency"],
        window_days=found["window_days"],
        codes=tuple(tier["tier"] for tier in tiers),
        bounds=tuple(tier["least_sales"] for tier in tiers[:-1]),
        customer_shares=tuple(float(tier["customer_share"]) for tier in tiers),
    )


def _holds(kept: FrozenTiers) -> bool:
    """Whether every number is one, and bounds fall."""
    return (
        all(type(bound) is int and bound > 0 for bound in kept.bounds)
        and all(better >= worse for better, worse in pairwise(kept.bounds))
        and all(type(code) is str for code in kept.codes)
        and len(kept.codes) == len(kept.bounds) + 1
        and (kept.currency is None or type(kept.currency) is str)
        and (kept.window_days is None or type(kept.window_days) is int)
    )
