"""`custtier explain`: one customer's scores, why they are so, and what would change them."""

from typing import Annotated

import typer

from custtier.cli.about_one import Customer, about_one, several
from custtier.cli.fail_on import check_names
from custtier.cli.options import Writing, given, writing
from custtier.cli.output import answer
from custtier.cli.progress import watched
from custtier.cli.rfm import CutsFrom
from custtier.cli.tiers import CutsFrom as BoundsFrom
from custtier.workflows.question import Question


@given(asked=about_one, out=writing)
def explain(
    customer: Customer,
    asked: Question,
    out: Writing,
    *,
    cuts: Annotated[
        CutsFrom | None,
        typer.Option(
            case_sensitive=False, help="Score by rank (quantile), by cuts of the settings, or by those kept; by rank."
        ),
    ] = None,
    tier_cuts: Annotated[
        BoundsFrom | None,
        typer.Option(case_sensitive=False, help="Tiers by the bounds kept before, not today's."),
    ] = None,
    top: Annotated[
        str | None, typer.Option(metavar="SHARE", help="The best 20% or 300 customers; 20% by default.")
    ] = None,
    sales: Annotated[
        str | None, typer.Option(metavar="SHARE", help="The fewest customers who make this share of sales, as 80%.")
    ] = None,
    window: Annotated[
        str | None, typer.Option(metavar="DAYS", help="Scores and tiers of the last 365d; days since count from any.")
    ] = None,
    days: Annotated[int | None, typer.Option(metavar="DAYS", help="Lapsed after so many days; 90 by default.")] = None,
) -> None:
    """Explain one customer: why each score, class, tier and level, and what would change it."""
    check_names(out.conditions, ())
    from custtier.workflows.explain import explain as workflow
    from custtier.workflows.whom import Matches

    with watched(asked, quiet=out.quiet) as seen:
        found = workflow(
            customer,
            seen,
            lang=out.session.catalogue.lang,
            cuts=cuts.value if cuts else None,
            top=top,
            sales=sales,
            days=days,
            window=window,
            tier_cuts=tier_cuts.value if tier_cuts else None,
        )
    if isinstance(found, Matches):
        raise several(found, out)
    answer(found, out)
