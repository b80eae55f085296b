"""Typer's parsing errors in our form and in the language of the run."""

import re
from typing import Any, Final

import typer

from custtier.errors import CusttierError, usage_error
from custtier.text import Catalogue, message

PARSING_ERRORS: Final[tuple[type[Exception], ...]] = tuple(
    kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException"
)
"""Every error of parsing, whichever Click lies beneath this Typer."""


def parsing_error(problem: Any, catalogue: Catalogue) -> CusttierError:
    """The usage error that a parsing error of Typer comes to, with the way to the right help page."""
    context = getattr(problem, "ctx", None)
    path = context.command_path if context is not None else "custtier"
    return usage_error(
        "usage",
        "{problem}",
        hint="see `{command} --help`",
        problem=_told(problem, catalogue),
        command=path,
    )


def _told(problem: Any, catalogue: Catalogue) -> str:
    """What is wrong, in one sentence."""
    param = getattr(problem, "param", None)
    name = getattr(problem, "option_name", None) or (_name_of(param) if param is not None else "")
    match type(problem).__name__:
        case "NoSuchOption":
            near = next(iter(getattr(problem, "possibilities", None) or ()), "")
            if near:
                return catalogue.say(message("there is no option {name}; is {near} meant?"), name=name, near=near)
            return catalogue.say(message("there is no option {name}"), name=name)
        case "MissingParameter" if param is not None:
            return catalogue.say(message("{name} is missing"), name=name)
        case "BadOptionUsage":
            return _without_value(name, problem, catalogue)
        case "BadParameter" if param is not None:
            return _bad_value(name, param, problem, catalogue)
    return str(problem.format_message()).rstrip(".")


def _without_value(name: str, problem: Any, catalogue: Catalogue) -> str:
    many = re.search(r"requires (\d+) arguments", str(problem.format_message()))
    if many:
        return catalogue.say(message("{name} takes {count} values"), name=name, count=many[1])
    return catalogue.say(message("{name} is given without its value"), name=name)


def _bad_value(name: str, param: Any, problem: Any, catalogue: Catalogue) -> str:
    choices = getattr(param.type, "choices", None)
    if choices:
        listed = ", ".join(str(getattr(choice, "value", choice)) for choice in choices)
        return catalogue.say(message("{name} takes one of {choices}"), name=name, choices=listed)
    if "int" in str(getattr(param.type, "name", "")):
        least = getattr(param.type, "min", None)
        if least is None:
            return catalogue.say(message("{name} takes a whole number"), name=name)
        return catalogue.say(message("{name} takes a whole number from {least}"), name=name, least=least)
    return str(problem.format_message()).rstrip(".")


def _name_of(param: Any) -> str:
    """What a person types for it: the long option, else the argument's name."""
    options = [option for option in param.opts if option.startswith("--")]
    return options[0] if options else str(param.human_readable_name)
