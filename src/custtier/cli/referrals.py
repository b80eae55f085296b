"""`custtier referrals`: who brought whom."""

from dataclasses import replace
from typing import Annotated

import typer

from custtier.cli.about_one import several
from custtier.cli.fail_on import check_names
from custtier.cli.options import Writing, given, question, writing
from custtier.cli.output import answer
from custtier.cli.progress import watched
from custtier.workflows.question import Question

FIGURES = (
    "customers",
    "referrers",
    "bringer_share",
    "bringer_share_low",
    "bringer_share_high",
    "referred_count",
    "referred_buyers",
    "referred_sales",
    "referred_sales_share",
    "trees",
    "generations_below",
    "referrers80",
    "referrers80_share",
    "gini",
    "compared_days",
    "unattributed_orders",
    "unattributed_sales",
)
"""Numbers of the summary: a condition on another one is told before any work."""
TREE_FIGURES = (
    "referred_count",
    "referred_buyers",
    "referred_sales",
    "referred_first_year_sales",
    "below_count",
    "below_buyers",
    "below_sales",
    "generations_below",
    "net_sales",
    "value_with_referred",
    "value_with_below",
)
"""Those of `--of`."""
REACH_FIGURES = (
    "people_known",
    "people_mobilised",
    "each_brings",
    "people_reached",
    "customers",
    "bringers",
    "bringer_share",
    "bringer_share_low",
    "bringer_share_high",
    "brought_each",
    "most_brought",
    "own_people_reached",
)
"""Those of `--reach`."""


@given(asked=question, out=writing)
def referrals(
    asked: Question,
    out: Writing,
    *,
    of: Annotated[
        str | None,
        typer.Option("--of", metavar="CUSTOMER", help="Draw the tree of this customer: id, phone, account or name."),
    ] = None,
    depth: Annotated[
        int | None, typer.Option(min=1, metavar="LEVELS", help="How many levels of the tree to draw; all by default.")
    ] = None,
    reach: Annotated[
        bool, typer.Option("--reach", help="Estimate how many people could be reached, beside what the shop has seen.")
    ] = False,
    known: Annotated[
        int | None, typer.Option(min=1, metavar="PEOPLE", help="People whom you know, for --reach; 200 by default.")
    ] = None,
    mobilised: Annotated[
        int | None,
        typer.Option(min=0, metavar="PEOPLE", help="How many of them speak for you; a quarter by default."),
    ] = None,
    each: Annotated[
        float | None, typer.Option(min=0, metavar="PEOPLE", help="How many each of these brings; 10 by default.")
    ] = None,
) -> None:
    """List who brought whom, what those brought have bought, and the few who bring most."""
    from custtier.workflows.referrals import Assumption
    from custtier.workflows.referrals import referrals as workflow
    from custtier.workflows.whom import Matches

    is_reach = reach or known is not None or mobilised is not None or each is not None
    check_names(out.conditions, REACH_FIGURES if is_reach else TREE_FIGURES if of is not None else FIGURES)
    with watched(replace(asked, rows=None), quiet=out.quiet) as seen:
        found = workflow(seen, of=of, depth=depth, assumption=Assumption(known, mobilised, each) if is_reach else None)
    if isinstance(found, Matches):
        raise several(found, out)
    answer(found, out)
