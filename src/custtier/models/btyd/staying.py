"""NBD: everybody stays for ever and buys at a rate of their own that is gamma(r, α) over customers.

Source: Ehrenberg, Applied Statistics 8(1), 1959.
"""

import numpy as np
from scipy.special import digamma

from custtier.models.btyd.gammas import log_rising
from custtier.models.btyd.histories import Floats, Histories
from custtier.models.btyd.sums import Sums


class Staying:
    """NBD with gaps that are not regular."""

    name = "nbd"
    parameters = ("r", "alpha")
    k = 1

    def log_likelihood(self, at: Floats, sums: Sums) -> tuple[float, Floats]:
        """The log-likelihood of all customers, and its gradient.

        Args:
            at: r, α.
            sums: Of the histories.
        """
        r, alpha = at
        xs, n, customers = sums.x, sums.n_of_x, sums.customers
        log_T = np.log(alpha + sums.T)
        shapes = r * sums.n_of_T + sums.x_of_T
        total = (n * log_rising(r, xs)).sum() + customers * r * np.log(alpha) - (shapes * log_T).sum()
        by_r = (n * (digamma(r + xs) - digamma(r))).sum() + customers * np.log(alpha) - (sums.n_of_T * log_T).sum()
        by_alpha = customers * r / alpha - (shapes / (alpha + sums.T)).sum()
        return float(total), np.array([by_r, by_alpha])

    def alive(self, at: Floats, histories: Histories) -> Floats:
        """1 for everybody: nobody leaves."""
        del at
        return np.ones(len(histories.x))
