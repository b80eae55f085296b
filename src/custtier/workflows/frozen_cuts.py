"""Cuts kept between runs: `rfm-cuts.json` in the settings folder, and how any such file is written and read."""

import json
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final, TypeVar

from custtier.errors import usage_error
from custtier.settings import settings_folder
from custtier.views.rfm.cuts import FIVE_BINS, THREE_BINS, FrozenCuts
from custtier.views.view import View

FILE_NAME: Final = "rfm-cuts.json"
COMMAND: Final = "custtier rfm --freeze"

Kept = TypeVar("Kept")


def write_kept(path: Path, kept: Mapping[str, object]) -> Path:
    """The file, with what is to be kept in the place of what was."""
    from custtier.render.files import write_whole

    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_whole(path, (json.dumps(kept, indent=2, ensure_ascii=False) + "\n").encode())
    return path


def kept_in(
    path: Path, *, made: Callable[[Mapping[str, Any]], Kept], holds: Callable[[Kept], bool], command: str
) -> Kept | None:
    """What a file keeps; None when there is no file.

    Args:
        path: The file.
        made: Makes it of what the file says.
        holds: Whether that can be used.
        command: Keeps it anew.

    Raises:
        CusttierError: `bad-frozen-cuts` when the file is not as it was written.
    """
    try:
        kept = made(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise _bad(path, command) from problem
    if not holds(kept):
        raise _bad(path, command)
    return kept


def frozen_file() -> Path:
    """Where the cuts are kept."""
    return settings_folder() / FILE_NAME


def keep_cuts(view: View, *, window_days: int | None) -> Path:
    """Keep the cuts that an answer of `rfm` shows, in the place of those kept before; gives the file.

    Args:
        view: Its summary has `cuts` and `high`.
        window_days: The window asked for.
    """
    kept = {
        "as_of": str(view.as_of),
        "currency": view.currency,
        "window_days": window_days,
        "cuts": view.summary["cuts"],
        "high": view.summary["high"],
    }
    return write_kept(frozen_file(), kept)


def kept_cuts() -> FrozenCuts | None:
    """The cuts kept; None when there are none.

    Raises:
        CusttierError: `bad-frozen-cuts` when the file is not as it was written.
    """
    return kept_in(frozen_file(), made=_made, holds=_holds, command=COMMAND)


def _made(found: Mapping[str, Any]) -> FrozenCuts:
    return FrozenCuts(
        as_of=date.fromisoformat(found["as_of"]),
        currency=found["currency"],
        window_days=found["window_days"],
        cuts={letter: list(found["cuts"][letter]) for letter in "rfm"},
        high={letter: int(found["high"][letter]) for letter in "rfm"},
    )


def _holds(kept: FrozenCuts) -> bool:
    """Whether every number is one and there are as many as scores need."""
    bounds = [bound for letter in "rfm" for bound in kept.cuts[letter] if bound is not None]
    return (
        all(type(bound) is int for bound in bounds)
        and tuple(kept.cuts["f"]) in {FIVE_BINS, THREE_BINS}
        and len(kept.cuts["r"]) == len(kept.cuts["m"]) == len(kept.cuts["f"])
        and (kept.currency is None or type(kept.currency) is str)
        and (kept.window_days is None or type(kept.window_days) is int)
    )


def _bad(path: Path, command: str) -> Exception:
    return usage_error(
        "bad-frozen-cuts",
        "{path} holds no cuts that can be used",
        hint="keep them anew with `{command}`, or restore the file from a backup",
        path=str(path),
        command=command,
    )
