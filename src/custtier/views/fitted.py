"""What forecasts start from: the model of these customers, and what an order of theirs brings, fitted once for all.

`value`, `next` and `churn --method model` ask for the same; where it may be kept, what was kept is asked first.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from custtier.models.btyd.fitting import Optimum
from custtier.views.basis import Basis
from custtier.views.histories import Past
from custtier.views.modelled import Modelled, Refused, modelled
from custtier.views.value.spending import Spending, spending_of


@dataclass(frozen=True)
class Fitted:
    """What is fitted to customers.

    Args:
        state: The model, or why there is none.
        kept_spend: What an order brings, as it was fitted before; None to fit it when it is asked for.
    """

    state: Modelled | Refused
    kept_spend: Optimum | None = None

    @cached_property
    def spending(self) -> Spending:
        """What an order of each customer brings."""
        return spending_of(self.state.past.customers, kept=self.kept_spend)


Fitting = Callable[[Basis, Past, str | None], Fitted]
"""Gives what is fitted to the customers of a question, by the model of a name or the one that did best."""


def fitted_anew(basis: Basis, past: Past, name: str | None) -> Fitted:
    """The model fitted to these customers now.

    Args:
        basis: The orders used.
        past: The customers.
        name: See `modelled`.

    Raises:
        CusttierError: `unknown-model`.
    """
    return Fitted(modelled(basis, name=name, past=past))
