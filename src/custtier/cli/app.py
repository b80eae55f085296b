"""The commands of `custtier`, put together; each is loaded when it is asked for."""

from collections.abc import Mapping
from importlib import import_module
from typing import Annotated, Any, Final

import typer

from custtier.cli.choices import Lang
from custtier.cli.help import Command, Group, help_page

COMMANDS: Final[Mapping[str, tuple[str, str]]] = {
    "import": (
        "importing:import_",
        "Take exports into the store, orders and contacts alike: what is new is added, what changed is updated.",
    ),
    "imports": ("imports:app", "List the imports, show one, take one back."),
    "template": (
        "template:template",
        "Write a table to fill in and import: what the columns mean, the headers, two sample rows.",
    ),
    "sources": ("sources:app", "List the formats that are known, and add your own."),
    "identities": ("identities:app", "Find accounts that may be one person; decide; take it back."),
    "tiers": ("tiers:tiers", "Sort customers into tiers by net sales: who makes the money, and how much of it."),
    "rfm": ("rfm:rfm", "Score customers by recency, frequency and money, and sort them into classes."),
    "segments": ("segments:segments", "Group customers who behave alike, and say in words what sets each group apart."),
    "churn": ("churn:churn", "List customers who have stopped buying or are about to, those with most at stake first."),
    "value": (
        "value:value",
        "Forecast what each customer will bring: chance of staying, orders and sales, each with its range.",
    ),
    "next": (
        "next_:next_",
        "List whose next purchase is due, between which days and how surely, and how often such windows were right.",
    ),
    "prospects": (
        "prospects:prospects",
        "List new customers whose first days look like those of customers who became the best.",
    ),
    "backtest": ("backtest:app", "Judge rules and models on the shop's own past."),
    "referrals": (
        "referrals:referrals",
        "List who brought whom, what those brought have bought, and the few who bring most.",
    ),
    "key": ("key:key", "Pick the few customers worth one-to-one care, and say what speaks for each."),
    "grade": (
        "grade:grade",
        "Grade every contact A to E: bought, considers, fell silent, never answered, deleted us; and say why.",
    ),
    "growth": (
        "growth:growth",
        "Hold new contacts, replies, first orders and returns against goals, and say where the month will end.",
    ),
    "moves": ("moves:moves", "List who changed tier or class between two days, and why."),
    "show": ("show:show", "Show one customer: orders, rhythm, tier and class, accounts, contacts, key dates."),
    "explain": (
        "explain:explain",
        "Explain one customer: why each score, class, tier and level, and what would change it.",
    ),
    "tag": ("tag:app", "List the tags and who has them; try rules; tag by hand."),
    "exclusions": ("exclusions:app", "List the exclusion rules and what they take out; test them."),
    "define": (
        "define:define",
        "Say what a word of the answers means: figures, tiers, classes, levels, reasons and checks.",
    ),
    "doctor": (
        "doctor:doctor",
        "Examine the data before any number: gaps, duplicates, damage, doubtful orders, and what to do about them.",
    ),
    "forget": ("forget:forget", "Erase one customer from the store and its history; it cannot be undone."),
    "demo": (
        "demo:demo",
        "Write an invented shop: orders as several platforms export them, contacts, chats, ad spend.",
    ),
}
"""Name → where the command stands (module of `cli` and what it is called there) and the first words of its help.

They stand in the order in which they are used. What is typed decides what is loaded: every command that Typer prepares
costs time before anything happens.
"""


class Root(Group):
    """The whole program: its commands in the order in which they are used."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Names of the commands."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of this name, loaded now; None when there is none."""
        del ctx
        if cmd_name in COMMANDS and cmd_name not in self.commands:
            self.commands[cmd_name] = _loaded(cmd_name)
        return self.commands.get(cmd_name)

    def summaries(self, ctx: Any) -> dict[str, str]:
        """Name → the first words of the help of every command, none of which is loaded."""
        del ctx
        return {name: summary for name, (_, summary) in COMMANDS.items()}


def _loaded(name: str) -> Any:
    """A command or group as Typer makes it."""
    module, _, called = COMMANDS[name][0].partition(":")
    found = getattr(import_module(f"custtier.cli.{module}"), called)
    alone = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False)
    if isinstance(found, typer.Typer):
        alone.add_typer(found, name=name)
    else:
        alone.command(name, cls=Command)(found)
    return typer.main.get_group(alone).commands[name]


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
