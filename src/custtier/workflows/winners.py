"""Which rule won a shop's own backtest: kept in the settings folder, for the commands that use it by default."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from custtier.errors import usage_error
from custtier.settings import settings_folder
from custtier.workflows.frozen_cuts import write_kept

FILE_NAME: Final = "backtest-winners.json"
TASKS: Final = ("churn", "next", "value")


@dataclass(frozen=True)
class Winner:
    """What was recommended, and on what ground.

    Args:
        rule: Its code: a rule such as `recency`, or the name of a model such as `mbg-nbd`.
        simple: The simplest rule, with which it was compared.
        as_of: The last day that was observed.
        horizon_days: How far every forecast looked.
        origins: On how many days of the past the rules were judged.
        customers: How many were judged, each as often as there are origins that know them.
        measure: What it is best in: `auc`, `concordance` or `mean_error_sales`.
        figure: What it reached.
    """

    rule: str
    simple: str
    as_of: date
    horizon_days: int
    origins: int
    customers: int
    measure: str
    figure: float

    @property
    def is_simple(self) -> bool:
        """Whether nothing was better than the simplest rule."""
        return self.rule == self.simple


def winners_file() -> Path:
    """Where winners are kept, by store and task."""
    return settings_folder() / FILE_NAME


def keep_winner(task: str, winner: Winner, *, store: Path) -> Path:
    """Keep what won a task on the shop of a store, in the place of what won before; gives the file."""
    found = _kept()
    shops = {**found, _name(store): {**found.get(_name(store), {}), task: _written(winner)}}
    return write_kept(winners_file(), shops)


def kept_winner(task: str, *, store: Path) -> Winner | None:
    """What won a task on the shop of a store; None when it was never judged.

    Args:
        task: One of `TASKS`.
        store: Its folder.

    Raises:
        CusttierError: `bad-winners` when the file is not as it was written.
    """
    said = _kept().get(_name(store), {}).get(task)
    if said is None:
        return None
    try:
        return Winner(**{**said, "as_of": date.fromisoformat(said["as_of"])})
    except (KeyError, TypeError, ValueError) as problem:
        raise _bad() from problem


def _written(winner: Winner) -> dict[str, object]:
    return {**asdict(winner), "as_of": winner.as_of.isoformat()}


def _name(store: Path) -> str:
    return str(store.expanduser().absolute())


def _kept() -> dict[str, Mapping[str, Any]]:
    try:
        found = json.loads(winners_file().read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as problem:
        raise _bad() from problem
    if not isinstance(found, dict) or not all(isinstance(shop, dict) for shop in found.values()):
        raise _bad()
    return found


def _bad() -> Exception:
    return usage_error(
        "bad-winners",
        "{path} holds no winners of backtests that can be used",
        hint="delete the file: `custtier backtest` keeps them anew",
        path=str(winners_file()),
    )
