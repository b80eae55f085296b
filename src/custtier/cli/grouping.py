"""The options of `grade` about channels, campaigns, agents and days, as one value."""

from typing import Annotated

import typer

from custtier.errors import usage_error
from custtier.periods import parse_day
from custtier.workflows.grouping import Grouping


def grouping(
    *,
    by: Annotated[
        str | None,
        typer.Option(metavar="WHAT", help="Judge by channel, campaign, agent, or by day, week or month of adding."),
    ] = None,
    compare: Annotated[
        tuple[str, str] | None,
        typer.Option(metavar="NAME NAME", help="Two channels (or what --by says): do they differ by more than chance?"),
    ] = None,
    added_since: Annotated[
        str | None, typer.Option(metavar="DAY", help="First day of adding of the contacts judged, and of their spend.")
    ] = None,
    added_until: Annotated[
        str | None, typer.Option(metavar="DAY", help="Last day of adding of the contacts judged, and of their spend.")
    ] = None,
    new_only: Annotated[
        bool, typer.Option("--new-only", help="Judge without contacts who were customers before they were added.")
    ] = False,
    attribution: Annotated[
        str, typer.Option(metavar="WHICH", help="A contact counts for the channel of the first or the last adding.")
    ] = "first",
) -> Grouping:
    """What is asked about groups of contacts.

    Raises:
        CusttierError: `two-names` when an option stands where the second name should.
    """
    if compare and any(name.startswith("-") for name in compare):
        raise usage_error(
            "two-names",
            "--compare takes two names, and found {first!r} and {second!r}",
            hint="write it as --compare NAME NAME",
            first=compare[0],
            second=compare[1],
        )
    return Grouping(
        by=by,
        compare=compare,
        added_since=parse_day(added_since, option="--added-since") if added_since else None,
        added_until=parse_day(added_until, option="--added-until") if added_until else None,
        new_only=new_only,
        attribution=attribution,
    )
