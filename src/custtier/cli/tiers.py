"""`custtier tiers`: customers by net sales."""

from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import typer

from custtier.cli.choices import Form
from custtier.cli.fail_on import check_names
from custtier.cli.options import Writing, given, question, writing
from custtier.cli.output import answer
from custtier.cli.progress import watched
from custtier.errors import usage_error
from custtier.workflows.question import Question


class CutsFrom(StrEnum):
    """Where bounds come from that are not today's."""

    FROZEN = "frozen"


FIGURES = (
    "customers",
    "net_sales",
    "top_customers",
    "top_sales",
    "top_sales_share",
    "cutoff_sales",
    "sales80_customers",
    "sales80_share",
    "gini",
    "effective_customers",
    "top10_sales",
    "top10_sales_share",
    "unattributed_orders",
    "unattributed_sales",
)
"""Numbers of the summary: a condition on another one is told before any work."""


LISTED = {
    "near": ("near_customers",),
    "slipping": ("slipping_customers",),
    "risen": ("risen_customers", "fallen_customers", "new_customers", "gone_customers"),
    "prospects": ("prospect_customers",),
}
"""Those that a list adds."""


DRAWN = frozenset({Form.TEXT, Form.HTML, Form.XLSX})
"""Forms with a drawing; the last two have it without being asked."""


def check_curve(form: Form, *, lists: tuple[str, ...]) -> None:
    """Return when the Lorenz curve can be drawn.

    Raises:
        CusttierError: `no-curve`.
    """
    if lists:
        raise usage_error(
            "no-curve",
            "--curve is drawn of all customers, --{name} lists some of them",
            hint="ask for one after the other",
            name=lists[0],
        )
    if form not in DRAWN:
        raise usage_error(
            "no-curve",
            "--curve draws in text, and {form} holds no drawing",
            hint="leave out `--format`, or write a page or workbook, where the curve always is: `--output tiers.html`",
            form=form.value,
        )


@given(asked=question, out=writing)
def tiers(
    asked: Question,
    out: Writing,
    *,
    top: Annotated[
        str | None, typer.Option(metavar="SHARE", help="The best 20% or 300 customers; 20% by default.")
    ] = None,
    sales: Annotated[
        str | None, typer.Option(metavar="SHARE", help="The fewest customers who make this share of sales, as 80%.")
    ] = None,
    window: Annotated[str | None, typer.Option(metavar="DAYS", help="Only orders of the last 365d.")] = None,
    near: Annotated[bool, typer.Option("--near", help="Who is near the next tier, and what they lack.")] = False,
    within: Annotated[
        str | None,
        typer.Option(metavar="REACH", help="How near: 15% of that tier's least, or 200; else one usual order or 15%."),
    ] = None,
    slipping: Annotated[
        bool, typer.Option("--slipping", help="Who is about to fall out of their tier, and what would hold them.")
    ] = False,
    ahead: Annotated[
        str | None, typer.Option(metavar="DAYS", help="With --window: who falls within 30d if they buy nothing.")
    ] = None,
    risen: Annotated[bool, typer.Option("--risen", help="Who rose, and who fell, since the last kept run.")] = False,
    compared_with: Annotated[str | None, typer.Option(metavar="DAY", help="Since this day instead.")] = None,
    prospects: Annotated[bool, typer.Option("--prospects", help="Contacts who never bought.")] = False,
    curve: Annotated[bool, typer.Option("--curve", help="Draw the Lorenz curve under the tables.")] = False,
    cuts: Annotated[
        CutsFrom | None, typer.Option(case_sensitive=False, help="By the bounds kept before instead of today's.")
    ] = None,
    freeze: Annotated[
        bool, typer.Option("--freeze", help="Keep the bounds of this answer, for --cuts frozen later.")
    ] = False,
    keep: Annotated[
        bool, typer.Option("--keep", help="Keep who is in which tier, for --risen and for tiers that hold still.")
    ] = False,
) -> None:
    """Sort customers into tiers by net sales: who makes the money, and how much of it."""
    from custtier.workflows.tiers import Listing
    from custtier.workflows.tiers import tiers as workflow

    listing = Listing(near, within, slipping, ahead, risen, compared_with, prospects)
    if curve:
        check_curve(out.form, lists=listing.asked)
    check_names(out.conditions, (*FIGURES, *(figure for name in listing.asked for figure in LISTED[name])))
    with watched(replace(asked, rows=out.rows), quiet=out.quiet) as seen:
        view = workflow(
            seen,
            top=top,
            sales=sales,
            window=window,
            listing=listing,
            cuts=cuts.value if cuts else None,
            freeze=freeze,
            keep_at=datetime.now(UTC) if keep else None,
        )
    answer(view, out, curve=curve)
