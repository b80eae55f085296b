"""`custtier backtest`: how forecasts would have done on the shop's own past."""

from typing import Annotated

import typer

from custtier.cli.choices import Lang
from custtier.cli.fail_on import check_names
from custtier.cli.help import Command, Group, help_page
from custtier.cli.options import Writing, given, question, writing
from custtier.cli.output import answer
from custtier.cli.progress import watched
from custtier.workflows.question import Question

app = typer.Typer(cls=Group, rich_markup_mode=None, help="Judge rules and models on the shop's own past.")

COMMON = (
    "customers",
    "forecast_count",
    "origin_count",
    "horizon_days",
    "bought_share",
    "unattributed_orders",
    "unattributed_sales",
)
CHURN = (*COMMON, "auc", "simple_auc", "list_length")
VALUE = (
    *COMMON,
    "mean_error_sales",
    "simple_error_sales",
    "expected_sales",
    "seen_sales",
    "mean_error",
)
NEXT = (*COMMON, "concordance", "simple_concordance", "hit_rate", "stated_chance")
"""Numbers of the summary: a condition on another one is told before any work."""

Seed = Annotated[int, typer.Option(min=0, metavar="NUMBER", help="Another one draws other customers for intervals.")]


@app.callback(invoke_without_command=True)
def listing(ctx: typer.Context, lang: Lang = None) -> None:
    """Judge rules and models on the shop's own past."""
    del lang
    if ctx.invoked_subcommand is None:
        typer.echo(help_page(ctx.command, ctx))


@app.command("churn", cls=Command)
@given(asked=question, out=writing)
def churn(
    asked: Question,
    out: Writing,
    days: Annotated[
        int | None, typer.Option(metavar="DAYS", help="Days ahead: who buys in them, who does not; 90 by default.")
    ] = None,
    length: Annotated[
        int | None,
        typer.Option("--list", metavar="NUMBER", help="Customers on a list that you can work; 150 by default."),
    ] = None,
    seed: Seed = 0,
) -> None:
    """Judge who would have told best who buys again and who does not."""
    check_names(out.conditions, CHURN)
    from custtier.workflows.backtest import backtest_churn

    with watched(asked, quiet=out.quiet) as seen:
        view = backtest_churn(seen, days=days, length=length, seed=seed)
    answer(view, out)


@app.command("next", cls=Command)
@given(asked=question, out=writing)
def next_purchase(
    asked: Question,
    out: Writing,
    days: Annotated[
        int | None,
        typer.Option(metavar="DAYS", help="Days ahead; 90 by default, a third of a history that is too short."),
    ] = None,
    seed: Seed = 0,
) -> None:
    """Judge who would have told best when customers buy next."""
    check_names(out.conditions, NEXT)
    from custtier.workflows.backtest import backtest_next

    with watched(asked, quiet=out.quiet) as seen:
        view = backtest_next(seen, days=days, seed=seed)
    answer(view, out)


@app.command("value", cls=Command)
@given(asked=question, out=writing)
def value(
    asked: Question,
    out: Writing,
    days: Annotated[
        int | None,
        typer.Option(metavar="DAYS", help="Days ahead; 365 by default, a third of a history that is too short."),
    ] = None,
    seed: Seed = 0,
) -> None:
    """Judge who would have told best how much customers bring."""
    check_names(out.conditions, VALUE)
    from custtier.workflows.backtest import backtest_value

    with watched(asked, quiet=out.quiet) as seen:
        view = backtest_value(seen, days=days, seed=seed)
    answer(view, out)
