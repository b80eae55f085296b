"""Help pages in the language of the run, aligned where Chinese and English stand together."""

import os
import shutil
import unicodedata
from collections.abc import Iterable
from typing import Any, Final

from typer.core import TyperCommand, TyperGroup

from custtier.cli.session import session_of
from custtier.text import message

WIDEST: Final = 100
LABEL: Final = 30
"""Widest label that shares its line with its text."""
NO_LINE_START: Final = "，。；：、）》”’！？,.;:)"


def cells(text: str) -> int:
    """Columns that a text takes on a terminal."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def wrapped(text: str, width: int) -> list[str]:
    """The text in lines of at most `width` columns; Chinese breaks anywhere but before a closing mark.

    Examples:
        >>> wrapped("one two three", 8)
        ['one two', 'three']
        >>> wrapped("客户分层。", 8)
        ['客户分', '层。']
    """
    lines, line = [], ""
    for piece in _pieces(text):
        if line and cells(line) + cells(piece.rstrip()) > width:
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


def _pieces(text: str) -> list[str]:
    """What must not be torn: a word with the spaces after it, one Chinese character with its closing marks."""
    pieces: list[str] = []
    for sign in " ".join(text.split()):
        before = pieces[-1] if pieces else ""
        wide = unicodedata.east_asian_width(sign) in "WF" and sign not in NO_LINE_START
        if not before or (wide or (before.endswith(" ") and sign != " ") or _ends_wide(before, sign)):
            pieces.append(sign)
        else:
            pieces[-1] = before + sign
    return pieces


def _ends_wide(before: str, sign: str) -> bool:
    return (
        unicodedata.east_asian_width(before[-1]) in "WF"
        and before[-1] not in "（《“‘"
        and sign not in NO_LINE_START
        and sign != " "
    )


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
    usage = f"{say(message('Usage:'))} {context.command_path} {' '.join(command.collect_usage_pieces(context))}"
    parts = [[usage], ["  " + line for line in wrapped(say(first_paragraph(command.help)), width - 2)]]
    params = [param for param in command.get_params(context) if not getattr(param, "hidden", False)]
    for title, kind in ((message("Arguments"), "argument"), (message("Options"), "option")):
        rows = [
            (_label(param, context), say(" ".join((param.help or "").split())))
            for param in params
            if param.param_type_name == kind
        ]
        if rows:
            parts.append([say(title) + ":", *_list(rows, width)])
    if isinstance(command, TyperGroup):
        children = [(name, command.commands[name]) for name in command.list_commands(context)]
        rows = [(name, say(first_paragraph(child.help))) for name, child in children if not child.hidden]
        parts.append([say(message("Commands")) + ":", *_list(rows, width)])
    return "\n\n".join("\n".join(part) for part in parts)


def first_paragraph(text: str | None) -> str:
    """The first paragraph of a docstring on one line: the message that the catalogue translates."""
    return " ".join((text or "").strip().split("\n\n")[0].split())


class Group(TyperGroup):
    """A group of commands with our help page."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the page."""
        formatter.write(help_page(self, ctx))


class Command(TyperCommand):
    """A command with our help page."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the page."""
        formatter.write(help_page(self, ctx))
