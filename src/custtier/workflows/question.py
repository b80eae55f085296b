"""What every analysis may be asked: on the store or on files, as of a day, on a part of the orders."""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from custtier.settings import Settings

if TYPE_CHECKING:
    from custtier.sources.packed.passwords import Passwords
    from custtier.sources.reading import Progress


@dataclass(frozen=True)
class Question:
    """The shared options of every analysis.

    Args:
        files: Read these instead of the store; `-` is standard input.
        store: Folder of the store; None for the usual place.
        profile: Name of the profile to read `files` with; None to recognise them.
        include: Kinds of rows to take that are left out by default, such as `red-packets`.
        as_of: Last day observed; None for the last day of any paid order or dated refund.
        as_known_on: Only what was imported by the end of this day; None for all that is known.
        since: First day of orders used.
        until: Last day of orders used.
        sources: Only orders of these sources (profile names); empty for all.
        shops: Only orders of these shops.
        channels: Only orders of these channels.
        agents: Only orders of these agents.
        tags: Only orders of customers who have all of these tags; `!` before one: who have it not.
        currency: Only orders in this currency, and those that the settings' rates convert into it.
        refund_basis: `order`: a refund lowers its order; `refund`: the period in which it was made.
        use_exclusions: Whether the user's exclusion rules hold.
        rows: How many rows of the answer's first table will be shown; None for all. The rest need not be made.
        passwords: Those that may open `files`.
        progress: Told how far reading `files` is.
        settings: The user's settings.
    """

    files: tuple[Path, ...] = ()
    store: Path | None = None
    profile: str | None = None
    include: frozenset[str] = frozenset()
    as_of: date | None = None
    as_known_on: date | None = None
    since: date | None = None
    until: date | None = None
    sources: tuple[str, ...] = ()
    shops: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    currency: str | None = None
    refund_basis: str = "order"
    use_exclusions: bool = True
    rows: int | None = None
    passwords: "Passwords | None" = field(default=None, compare=False, repr=False)
    progress: "Progress | None" = field(default=None, compare=False)
    settings: Settings = field(default_factory=Settings)
