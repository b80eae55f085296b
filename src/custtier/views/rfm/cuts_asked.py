"""The cuts that a question of `rfm` asks for: by rank, from the settings, or kept from another day; and their drift."""

from enum import StrEnum

import polars as pl

from custtier.errors import nothing_error, usage_error
from custtier.facts import Note
from custtier.scoring import RfmCuts
from custtier.views.basis import Basis
from custtier.views.rfm.cuts import LEAST_SCORED, SCORES, Cuts, FrozenCuts, fixed_cuts, ranked_cuts


class CutsKind(StrEnum):
    """Where cuts come from."""

    QUANTILE = "quantile"
    FIXED = "fixed"
    FROZEN = "frozen"


def check_cuts(kind: str, *, freeze: bool, written: RfmCuts, frozen: FrozenCuts | None) -> None:
    """Return when the cuts asked for are known.

    Raises:
        CusttierError: `unknown-cuts`, `freeze-needs-ranks`, `no-fixed-cuts`, `no-frozen-cuts`.
    """
    if kind not in set(CutsKind):
        raise usage_error(
            "unknown-cuts",
            "--cuts {cuts!r} is not known; there are {known}",
            hint="leave it out for cuts by rank",
            cuts=kind,
            known=", ".join(CutsKind),
        )
    if freeze and kind != CutsKind.QUANTILE:
        raise usage_error(
            "freeze-needs-ranks",
            "--freeze keeps the cuts by rank of the day observed, --cuts says {cuts}",
            hint="leave out one of the two",
            cuts=kind,
        )
    if kind == CutsKind.FIXED and written.missing:
        raise usage_error(
            "no-fixed-cuts",
            "--cuts fixed takes its cuts from the settings, and {missing} is missing there under [rfm_cuts]",
            hint="write, for example: recency_days = [180, 90, 60, 30] and net_sales = [100, 300, 500, 1000]",
            missing=", ".join(written.missing),
        )
    if kind == CutsKind.FROZEN and frozen is None:
        raise usage_error(
            "no-frozen-cuts",
            "--cuts frozen was asked for, and no cuts have been kept yet",
            hint="keep those of a day with `custtier rfm --freeze`",
        )


def cuts_asked(
    basis: Basis,
    *,
    days: pl.Series,
    sales: pl.Series,
    kind: str,
    written: RfmCuts,
    frozen: FrozenCuts | None,
    window_days: int | None,
) -> Cuts | None:
    """The cuts to score by; None when customers are too few for cuts by rank.

    Args:
        basis: The day and the currency.
        days: Day number of each customer's last purchase.
        sales: Net sales of each customer, ascending.
        kind: One of `CutsKind`, checked by `check_cuts`.
        written: Those of the settings.
        frozen: Those kept.
        window_days: The window asked for.

    Raises:
        CusttierError: `frozen-otherwise` when the kept cuts are of another currency or window.
    """
    if kind == CutsKind.FIXED:
        return fixed_cuts(written, as_of_day=basis.as_of_day, currency=basis.currency)
    if kind == CutsKind.FROZEN and frozen is not None:
        _check_alike(frozen, basis=basis, window_days=window_days)
        return frozen.on(basis.as_of_day)
    return ranked_cuts(days.sort(), sales)


def drift_of(scored: pl.DataFrame, *, frozen: FrozenCuts) -> Note:
    """How many customers would have other scores by cuts of today.

    Args:
        scored: One row per customer. Uses `last_day`, `order_count`, `net_sales`, `r_score`, `f_score`, `m_score`.
        frozen: The cuts that scored them.
    """
    today = ranked_cuts(scored.get_column("last_day").sort(), scored.get_column("net_sales").sort())
    if today is None:
        return Note("frozen_cuts", {"frozen_on": frozen.as_of})
    other = scored.select(today.expressions())
    is_other = pl.any_horizontal(other.get_column(name) != scored.get_column(name) for name in SCORES)
    changed = int(pl.select(is_other).to_series().sum())
    return Note("frozen_cuts_drift", {"frozen_on": frozen.as_of, "changed": changed, "count": scored.height})


def check_freezable(cuts: Cuts | None, *, customers: int) -> None:
    """Return when there are cuts to keep.

    Raises:
        CusttierError: `nothing-to-freeze`.
    """
    if cuts is None:
        raise nothing_error(
            "nothing-to-freeze",
            "{customers} customers are too few to be scored, so there are no cuts to keep; {least} are needed",
            hint="leave out --freeze, or ask for more orders",
            customers=customers,
            least=LEAST_SCORED,
        )


def _check_alike(frozen: FrozenCuts, *, basis: Basis, window_days: int | None) -> None:
    if frozen.currency == basis.currency and frozen.window_days == window_days:
        return
    raise usage_error(
        "frozen-otherwise",
        "the kept cuts are for {currency} and a window of {window} days (0: none), asked is {asked_currency} and "
        "{asked_window}",
        hint="ask for the same, or keep other cuts with `custtier rfm --freeze`",
        currency=frozen.currency or "-",
        window=frozen.window_days or 0,
        asked_currency=basis.currency or "-",
        asked_window=window_days or 0,
    )
