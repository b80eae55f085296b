"""One check of the data: what was counted, and whether that is well."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

OK: Final = "ok"
LOOK: Final = "look"
BAD: Final = "bad"
STATUSES: Final = (BAD, LOOK, OK)
"""The worst first: `bad` makes numbers wrong, `look` may."""


@dataclass(frozen=True)
class Check:
    """What one check found.

    Args:
        code: Name of the check.
        status: One of `STATUSES`.
        count: How many; 0 when there is nothing to tell.
        share: Of all such; None where no whole makes sense.
        values: What fills its sentence.
    """

    code: str
    status: str
    count: int
    share: float | None = None
    values: Mapping[str, object] = field(default_factory=dict)


def judged(
    code: str,
    count: int,
    *,
    of: int | None = None,
    look: float = 0.0,
    bad: float | None = None,
    **values: object,
) -> Check:
    """A check judged by a share, or by there being any at all.

    Args:
        code: Name of the check.
        count: How many were found.
        of: How many could have been found; None where no whole makes sense: then any count is above any share.
        look: Above this share it is worth a look.
        bad: Above this share it is bad; None for never.
        values: What fills its sentence.
    """
    share = None if of is None else (count / of if of else 0.0)
    measure = (1.0 if count else 0.0) if share is None else share
    status = OK
    if count and measure > look:
        status = LOOK
    if count and bad is not None and measure > bad:
        status = BAD
    return Check(code, status, count, share, {"count": count, **values})
