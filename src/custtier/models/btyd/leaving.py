"""(M)BG/CNBD-k: customers toss a coin after each purchase whether they leave; BG/NBD and MBG/NBD are those of k = 1.

While they stay, gaps between purchases are Erlang-k with a rate that is gamma(r, α) over customers; the coin's chance
is beta(a, b). In the modified models (MBG) they toss it after the first purchase too, so that who never came back may
have left.

Sources: Fader, Hardie & Lee, Marketing Science 24(2), 2005; Batislam, Denizel & Filiztekin, IJRM 24(3), 2007; Platzer &
Reutterer, Marketing Science 35(5), 2016; Reutterer, Platzer & Schröder, IJRM 38(1), 2021.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import digamma, gammaln

from custtier.models.btyd.gammas import log_rising
from custtier.models.btyd.histories import Floats, Histories, Ints
from custtier.models.btyd.sums import Sums


@dataclass(frozen=True)
class Leaving:
    """One model of the family.

    Args:
        k: Regularity of gaps: 1 is none.
        tosses_first: Whether the coin is tossed after the first purchase: the modified models.
    """

    k: int = 1
    tosses_first: bool = False

    @property
    def name(self) -> str:
        """Such as `bg-nbd` or `mbg-cnbd-2`."""
        kind = "nbd" if self.k == 1 else f"cnbd-{self.k}"
        return f"{'mbg' if self.tosses_first else 'bg'}-{kind}"

    @property
    def parameters(self) -> tuple[str, ...]:
        """`r`, `alpha` (unit of time), `a`, `b`."""
        return ("r", "alpha", "a", "b")

    def log_likelihood(self, at: Floats, sums: Sums) -> tuple[float, Floats]:
        """The log-likelihood of all customers, and its gradient.

        Args:
            at: r, α, a, b.
            sums: Of the histories.
        """
        r, alpha, a, b = at
        first, k, xs, n = int(self.tosses_first), self.k, sums.x, sums.n_of_x
        total = (
            (k - 1) * sums.log_gaps
            - float((xs * n).sum()) * float(gammaln(k))
            + float((n * (log_rising(b, xs + first) - log_rising(a + b, xs + first) + log_rising(r, k * xs))).sum())
            + sums.customers * r * np.log(alpha)
            - float(((r * sums.n_of_T + k * sums.x_of_T) * np.log(alpha + sums.T)).sum())
        )
        both = digamma(a + b) - digamma(a + b + xs + first)
        by_r = float((n * (digamma(r + k * xs) - digamma(r))).sum()) + sums.customers * np.log(alpha)
        by_r -= float((sums.n_of_T * np.log(alpha + sums.T)).sum())
        by_alpha = sums.customers * r / alpha - float(((r * sums.n_of_T + k * sums.x_of_T) / (alpha + sums.T)).sum())
        by_a = float((n * both).sum())
        by_b = float((n * (both + digamma(b + xs + first) - digamma(b))).sum())
        tail, gradient = self._tail(at, sums.repeating if k == 1 and not first else sums.histories)
        return float(total + tail), np.array([by_r, by_alpha, by_a, by_b]) + gradient

    def _tail(self, at: Floats, rows: Histories) -> tuple[float, Floats]:
        """Sum of log(S1 + S2): left after the last purchase, or still here and quiet; and its gradient."""
        r, alpha, a, b = at
        if self.k == 1:
            return self._plain_tail(at, rows)
        here = _Here.of(at, rows, model=self)
        log_left, log_here = here.log_left, here.log_here
        total = np.logaddexp(log_left, log_here)
        left, stays = np.exp(log_left - total), np.exp(log_here - total)
        weight = rows.count
        wl = weight * left
        exponent = r + self.k * rows.x
        lower = 1 / (alpha + rows.t_x)
        upper = 1 / (alpha + rows.T)
        by_r = (wl * here.log_ratio).sum()
        by_alpha = (wl * exponent * (upper - lower)).sum()
        by_a = wl.sum() / a
        by_b = -(wl / (b + rows.x - 1 + int(self.tosses_first)).clip(min=1e-300)).sum()
        if self.k > 1:
            ws = weight * stays
            by_r += (ws * here.here_by_r).sum()
            by_alpha += (ws * here.here_by_alpha).sum()
        return float((weight * total).sum()), np.array([by_r, by_alpha, by_a, by_b])

    def _plain_tail(self, at: Floats, rows: Histories) -> tuple[float, Floats]:
        """The same for k = 1, where S2 is 1: few logarithms and one exponential a history."""
        r, alpha, a, b = at
        first, x, weight = int(self.tosses_first), rows.x, rows.count
        at_T, at_t_x = alpha + rows.T, alpha + rows.t_x
        log_ratio = np.log(at_T / at_t_x)
        survived = b + x - 1 + first
        shape = r + x
        log_left = shape * log_ratio + (np.log(a) - np.log(survived))
        small = np.exp(-np.abs(log_left))
        total = np.maximum(log_left, 0) + np.log1p(small)
        wl = weight * (np.where(log_left > 0, 1.0, small) / (1 + small))
        by_alpha = (wl * shape * (1 / at_T - 1 / at_t_x)).sum()
        gradient = [(wl * log_ratio).sum(), by_alpha, wl.sum() / a, -(wl / survived.clip(min=1e-300)).sum()]
        return float((weight * total).sum()), np.array(gradient)

    def alive(self, at: Floats, histories: Histories) -> Floats:
        """The chance that somebody with each history is still a customer.

        In the models whose coin is not tossed after the first purchase it is 1 for everybody without a repeat.
        """
        here = _Here.of(at, histories, model=self)
        return np.exp(here.log_here - np.logaddexp(here.log_left, here.log_here))

    def phases(self, at: Floats, histories: Histories) -> Floats:
        """How far into the gap they are: chances of 0 … k-1 parts done, given that they are here; one row a history."""
        return _Here.of(at, histories, model=self).phases

    def coin(self, at: Floats, x: Ints) -> tuple[float, Floats]:
        """The beta of the coin after x repeats that did not end it: a, and b of each."""
        return float(at[2]), at[3] + x + int(self.tosses_first)


@dataclass(frozen=True)
class _Here:
    """Logarithms of S1 (left after the last purchase) and S2 (here and quiet since) of each history."""

    log_left: Floats
    log_here: Floats
    log_ratio: Floats
    here_by_r: Floats
    here_by_alpha: Floats
    phases: Floats

    @classmethod
    def of(cls, at: Floats, rows: Histories, *, model: Leaving) -> "_Here":
        r, alpha, a, b = at
        first, k, x = int(model.tosses_first), model.k, rows.x
        log_ratio = np.log(alpha + rows.T) - np.log(alpha + rows.t_x)
        shape = r + k * x
        survived = np.where((x > 0) | bool(first), b + x - 1 + first, 1.0)
        log_left = np.where((x > 0) | bool(first), np.log(a) - np.log(survived) + shape * log_ratio, -np.inf)
        if k == 1:
            none = np.zeros_like(log_ratio)
            return cls(log_left, none, log_ratio, none, none, np.ones((len(x), 1)))
        quiet = (rows.T - rows.t_x) / (alpha + rows.T)
        terms, by_r, by_alpha = [np.ones_like(quiet)], np.zeros_like(quiet), np.zeros_like(quiet)
        slope = np.zeros_like(quiet)
        for j in range(1, k):
            terms.append(terms[-1] * (shape + j - 1) / j * quiet)
            slope = slope + 1 / (shape + j - 1)
            by_r = by_r + terms[-1] * slope
            by_alpha = by_alpha - terms[-1] * j / (alpha + rows.T)
        stacked = np.stack(terms, axis=1)
        total = stacked.sum(axis=1)
        return cls(log_left, np.log(total), log_ratio, by_r / total, by_alpha / total, stacked / total[:, None])
