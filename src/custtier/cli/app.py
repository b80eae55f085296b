"""The commands of `custtier`, put together."""

from typing import Annotated, Any

import typer

from custtier.cli import (
    backtest,
    churn,
    define,
    demo,
    doctor,
    exclusions,
    explain,
    forget,
    identities,
    importing,
    imports,
    key,
    moves,
    next_,
    rfm,
    segments,
    show,
    sources,
    tag,
    template,
    tiers,
    value,
)
from custtier.cli.help import Command, Group, help_page
from custtier.cli.options import Lang

ORDER = (
    "import",
    "imports",
    "template",
    "sources",
    "identities",
    "tiers",
    "rfm",
    "segments",
    "churn",
    "value",
    "next",
    "backtest",
    "key",
    "moves",
    "show",
    "explain",
    "tag",
    "exclusions",
    "define",
    "doctor",
    "forget",
    "demo",
)


class Root(Group):
    """The whole program: its commands in the order in which they are used."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Names of the commands."""
        return sorted(super().list_commands(ctx), key=ORDER.index)


app = typer.Typer(
    name="custtier",
    cls=Root,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)


@app.callback(invoke_without_command=True)
def overall(
    ctx: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and end.")] = False,
    lang: Lang = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> None:
    """Which customers matter, who is slipping away: customer lists of small sellers, offline, in seconds."""
    del lang, debug
    if version:
        from custtier import __version__

        typer.echo(f"custtier {__version__}")
        raise typer.Exit
    if ctx.invoked_subcommand is None:
        typer.echo(help_page(ctx.command, ctx))


app.command("import", cls=Command)(importing.import_)
app.add_typer(imports.app, name="imports")
app.command("template", cls=Command)(template.template)
app.add_typer(sources.app, name="sources")
app.add_typer(identities.app, name="identities")
app.command("tiers", cls=Command)(tiers.tiers)
app.command("rfm", cls=Command)(rfm.rfm)
app.command("segments", cls=Command)(segments.segments)
app.command("churn", cls=Command)(churn.churn)
app.add_typer(backtest.app, name="backtest")
app.command("value", cls=Command)(value.value)
app.command("next", cls=Command)(next_.next_)
app.command("moves", cls=Command)(moves.moves)
app.command("key", cls=Command)(key.key)
app.command("show", cls=Command)(show.show)
app.command("explain", cls=Command)(explain.explain)
app.add_typer(tag.app, name="tag")
app.add_typer(exclusions.app, name="exclusions")
app.command("define", cls=Command)(define.define)
app.command("doctor", cls=Command)(doctor.doctor)
app.command("forget", cls=Command)(forget.forget)
app.command("demo", cls=Command)(demo.demo)
