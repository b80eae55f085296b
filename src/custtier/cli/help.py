"""Help pages in the language of the run, aligned where Chinese and English stand together."""

import difflib
import os
import shutil
from collections.abc import Iterable
from typing import Any, Final

from typer.core import TyperCommand, TyperGroup

from custtier.cli.session import session_of
from custtier.errors import CusttierError, usage_error
from custtier.text import message
from custtier.text.layout import cells, wrapped

WIDEST: Final = 100
LABEL: Final = 30
"""Widest label that shares its line with its text."""


def _page_width() -> int:
    typed = os.environ.get("COLUMNS", "")
    width = int(typed) if typed.isdigit() and int(typed) else shutil.get_terminal_size().columns
    return max(40, min(width, WIDEST))


def _list(rows: Iterable[tuple[str, str]], width: int) -> list[str]:
    """Labels with their texts beside them."""
    rows = list(rows)
    column = min(LABEL, max((cells(label) for label, _ in rows), default=0)) + 4
    lines = []
    for label, text in rows:
        start = f"  {label}"
        texts = wrapped(text, width - column)
        if cells(start) > column - 2:
            lines.append(start)
            start = ""
        lines.append((start + " " * (column - cells(start)) + texts[0]).rstrip())
        lines.extend(" " * column + more for more in texts[1:])
    return lines


def _label(param: Any, context: Any) -> str:
    """How an option or argument is typed."""
    record = param.get_help_record(context)
    return str(record[0]).replace("  ", " ") if record else ""


def help_page(command: Any, context: Any) -> str:
    """The help of a command or group."""
    say = session_of(context).catalogue.say
    width = _page_width()
    pieces = " ".join(piece.strip("{}") for piece in command.collect_usage_pieces(context))
    usage = f"{say(message('Usage:'))} {context.command_path} {pieces}"
    parts = [[usage], ["  " + line for line in wrapped(say(first_paragraph(command.help)), width - 2)]]
    params = [param for param in command.get_params(context) if not getattr(param, "hidden", False)]
    for title, kind in ((message("Arguments:"), "argument"), (message("Options:"), "option")):
        rows = [
            (_label(param, context), say(" ".join((param.help or "").split())))
            for param in params
            if param.param_type_name == kind
        ]
        if rows:
            parts.append([say(title), *_list(rows, width)])
    if isinstance(command, Group):
        rows = [(name, say(summary)) for name, summary in command.summaries(context).items()]
        parts.append([say(message("Commands:")), *_list(rows, width)])
    return "\n\n".join("\n".join(part) for part in parts)


def first_paragraph(text: str | None) -> str:
    """The first paragraph of a docstring on one line: the message that the catalogue translates."""
    return " ".join((text or "").strip().split("\n\n")[0].split())


class Group(TyperGroup):
    """A group of commands with our help page."""

    def summaries(self, ctx: Any) -> dict[str, str]:
        """Name → the first words of the help of every command that is shown."""
        children = [(name, self.commands[name]) for name in self.list_commands(ctx)]
        return {name: first_paragraph(child.help) for name, child in children if not child.hidden}

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the page."""
        formatter.write(help_page(self, ctx))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that the first word names.

        Raises:
            CusttierError: `unknown-command`.
        """
        name = args[0]
        if self.get_command(ctx, name) is None and not ctx.resilient_parsing and not name.startswith("-"):
            raise _unknown_command(name, self.list_commands(ctx), ctx.command_path)
        return super().resolve_command(ctx, args)


class Command(TyperCommand):
    """A command with our help page."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the page."""
        formatter.write(help_page(self, ctx))


def _unknown_command(name: str, commands: list[str], path: str) -> CusttierError:
    near = difflib.get_close_matches(name, commands, n=1)
    if near:
        return usage_error(
            "unknown-command",
            "there is no command {name}; is {near} meant?",
            hint="see `{path} --help`",
            name=name,
            near=near[0],
            path=path,
        )
    return usage_error(
        "unknown-command",
        "there is no command {name}; there are {commands}",
        hint="see `{path} --help`",
        name=name,
        commands=", ".join(commands),
        path=path,
    )


TYPER_TEXTS: Final = (
    message("Show this message and exit."),
    message("Install completion for the current shell."),
    message("Show completion for the current shell, to copy it or customize the installation."),
)
"""Help texts of Typer's own options, for the catalogue."""
