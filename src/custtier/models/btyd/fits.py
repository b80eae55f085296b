"""A model fitted to customers: its parameters, how sure they are, and whether it says more than that all stay."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from custtier.models.btyd.fitting import Optimum, Scale, highest, logs, logs_and_coin, logs_of_gammas
from custtier.models.btyd.future import Model
from custtier.models.btyd.histories import Floats, Histories
from custtier.models.btyd.leaving import Leaving
from custtier.models.btyd.lifetimes import Lifetimes
from custtier.models.btyd.spend import Spent, spend_likelihood
from custtier.models.btyd.staying import Staying
from custtier.models.btyd.sums import Sums

_REGULAR: Final = [Leaving(k=k, tosses_first=tosses) for k in (2, 3, 4) for tosses in (False, True)]
_ALL: Final[list[Model]] = [Staying(), Leaving(), Leaving(tosses_first=True), Lifetimes(), *_REGULAR]

MODELS: Final[Mapping[str, Model]] = {model.name: model for model in _ALL}
"""All of them by name."""

_FEW: Final = 20_000
"""More distinct histories than this are first fitted to so many of them, to begin near the end."""
_MOSTLY: Final = 0.8
"""From this share of customers without a repeat on, two accounts of them may both be likely."""
_SAME: Final = 2.0
"""A log-likelihood that is higher by less than this is no better: what two needless parameters bring (AIC)."""


SPEND_SCALE: Final = logs((-10.0, 10.0), (-10.0, 10.0), (-10.0, 40.0))
"""How p, q and γ of Gamma-Gamma are walked over: with a larger p or q amounts, or customers, might as well be alike."""


@dataclass(frozen=True)
class Fit:
    """A model and its parameters.

    Args:
        model: Which.
        optimum: Its parameters and what is known of them.
        customers: How many it was fitted to.
        nobody_leaves: Whether it comes down to NBD: its likelihood is no higher, and hardly anybody ever leaves.
    """

    model: Model
    optimum: Optimum
    customers: int
    nobody_leaves: bool

    @property
    def at(self) -> Floats:
        """The parameters."""
        return self.optimum.at

    @property
    def named(self) -> dict[str, float]:
        """Name → parameter."""
        return dict(zip(self.model.parameters, (float(one) for one in self.at), strict=True))


def fitted(model: Model, histories: Histories, *, seed: int = 0) -> Fit:
    """The model with the parameters that make the histories most likely.

    Args:
        model: One of `MODELS`.
        histories: Of all customers.
        seed: Of the sample with which a large search begins; the end does not depend on it.
    """
    sums = Sums(histories)
    starts = _starts(model, sums)
    if len(histories.x) > 2 * _FEW:
        few = Sums(histories.sampled(_FEW, seed=seed))
        starts = [_searched(model, few, starts).at]
    optimum = _searched(model, sums, starts)
    nobody_leaves = not isinstance(model, Staying) and _nobody_leaves(model, optimum, sums)
    return Fit(model, optimum, sums.customers, nobody_leaves)


def fitted_spend(spent: Spent) -> Optimum:
    """p, q and γ of Gamma-Gamma that make the means most likely."""
    mean = float(np.average(spent.mean, weights=spent.count))
    starts = [np.array([p, q, mean * (max(q - 1, 0.5)) / p]) for p, q in ((1.0, 2.0), (6.0, 4.0))]
    return highest(lambda at: spend_likelihood(at, spent), scale=SPEND_SCALE, starts=starts, per=spent.customers)


def _searched(model: Model, sums: Sums, starts: list[Floats]) -> Optimum:
    return highest(
        lambda at: model.log_likelihood(at, sums),
        scale=scale_of(model, unit=sums.mean_T),
        starts=starts,
        per=max(sums.customers, 1),
    )


def scale_of(model: Model, *, unit: float) -> Scale:
    """How the parameters of a model are walked over.

    Args:
        model: One of `MODELS`.
        unit: A usual time, such as the mean T: parameters that are times are searched so many powers around it.
    """
    if isinstance(model, Leaving):
        return logs_and_coin(unit=unit)
    return logs_of_gammas(len(model.parameters) // 2, unit=unit)


def _starts(model: Model, sums: Sums) -> list[Floats]:
    """Where searches begin: by the mean number of purchases in the mean time, with few and with many who leave."""
    own = sums.histories
    repeats, time, mean_T = float((own.x * own.count).sum()), float((own.T * own.count).sum()), sums.mean_T
    per_time = max(repeats, 0.5) / (time if time > 0 else mean_T * max(sums.customers, 1)) * model.k
    r = 0.5
    alpha = max(r / per_time, mean_T * 1e-3)
    if isinstance(model, Staying):
        return [np.array([r, alpha])]
    if isinstance(model, Lifetimes):
        return [np.array([r, alpha / 2, 0.5, mean_T / 4]), np.array([r, alpha, 2.0, mean_T * 20])]
    found = [np.array([r, alpha / 2, 0.7, 2.0]), np.array([r, alpha, 0.1, 10.0])]
    if model.tosses_first and sums.customers > 0 and float(own.count[own.x == 0].sum()) > _MOSTLY * sums.customers:
        # nearly everybody is seen once: either they buy seldom, or most leave at once and the rest stay
        found.append(np.array([2.0, 2.0 * mean_T / model.k, 0.4, 0.07]))
    return found


def _nobody_leaves(model: Model, optimum: Optimum, sums: Sums) -> bool:
    """Whether a model without leaving explains the same as well."""
    if model.k > 1:
        # the same regular gaps, and a coin that never ends it
        assert isinstance(model, Leaving)
        r, alpha = optimum.at[:2]
        stays = np.array([r, alpha, np.exp(-14.0), 1.0])
        return optimum.log_likelihood - _staying_regular(model, stays, sums) < _SAME
    staying = Staying()
    return optimum.log_likelihood - _searched(staying, sums, _starts(staying, sums)).log_likelihood < _SAME


def _staying_regular(model: Leaving, start: Floats, sums: Sums) -> float:
    """The best log-likelihood with r and α alone, the coin held where it never ends anything."""

    def valued(at: Floats) -> tuple[float, Floats]:
        value, gradient = model.log_likelihood(np.array([*at, *start[2:]]), sums)
        return value, gradient[:2]

    return highest(
        valued, scale=logs_of_gammas(1, unit=sums.mean_T), starts=[start[:2]], per=sums.customers
    ).log_likelihood
