"""Every option that several commands share, declared once, and what commands are given for them."""

import functools
import inspect
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, get_type_hints

import typer

from custtier.cli.choices import BINARY, Form, Lang
from custtier.cli.fail_on import Condition, parse_conditions
from custtier.cli.passwords import PasswordFile, passwords_of
from custtier.cli.session import Session, session_of
from custtier.errors import usage_error
from custtier.periods import parse_day
from custtier.settings import Settings, load_settings, store_folder
from custtier.workflows.question import Question

Files = Annotated[
    list[Path] | None,
    typer.Argument(metavar="[FILES]...", help="Read these files instead of the store; - is standard input."),
]
Profile = Annotated[str | None, typer.Option(metavar="NAME", help="Format of the files, when it cannot be recognised.")]
Include = Annotated[
    list[str] | None,
    typer.Option(metavar="KIND", help="Take a kind of rows that is left out by default, such as red-packets."),
]
AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of", metavar="DAY", help="Last day observed; by default the last day of any paid order or dated refund."
    ),
]
AsKnownOn = Annotated[
    str | None,
    typer.Option("--as-known-on", metavar="DAY", help="Answer from what was imported by this day, as it was then."),
]
Since = Annotated[str | None, typer.Option(metavar="DAY", help="First day of the orders used.")]
Until = Annotated[str | None, typer.Option(metavar="DAY", help="Last day of the orders used.")]
Source = Annotated[
    list[str] | None, typer.Option(metavar="NAME", help="Only orders from files of this format; may be repeated.")
]
Shop = Annotated[list[str] | None, typer.Option(metavar="NAME", help="Only orders of this shop; may be repeated.")]
Channel = Annotated[
    list[str] | None, typer.Option(metavar="NAME", help="Only orders, or contacts, of this channel; may be repeated.")
]
Agent = Annotated[
    list[str] | None, typer.Option(metavar="NAME", help="Only orders, or contacts, of this agent; may be repeated.")
]
Tag = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME", help="Only customers with this tag, '!NAME': without; of several, all must hold."),
]
Currency = Annotated[
    str | None,
    typer.Option(metavar="CODE", help="The currency, such as CNY: only its orders, and those that [rates] convert."),
]
RefundBasis = Annotated[
    str,
    typer.Option(metavar="BASIS", help="A refund lowers the sales of its order's day (order) or of its own (refund)."),
]
NoExclusions = Annotated[
    bool, typer.Option("--no-exclusions", help="Count the orders too that the exclusion rules take out.")
]
Store = Annotated[
    Path | None, typer.Option(metavar="FOLDER", help="Folder of the store; by default that of the user's data.")
]
OutputForm = Annotated[
    Form | None,
    typer.Option("--format", case_sensitive=False, help="How to write the answer; text unless --output says more."),
]
Output = Annotated[
    str | None,
    typer.Option(
        metavar="FILE", help="Write to this file; its ending names the format: .xlsx for Excel, .html for a page."
    ),
]
TableName = Annotated[
    str | None, typer.Option(metavar="NAME", help="Write this table of the answer instead of the first.")
]
Limit = Annotated[
    int | None, typer.Option(min=0, metavar="ROWS", help="Rows at most; 0 is all. Text: 20, pages: 10000, others: all.")
]
Reveal = Annotated[bool, typer.Option("--reveal", help="Show names, phones and other personal fields in full.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Leave out summary, notes and progress.")]
FailOn = Annotated[
    list[str] | None,
    typer.Option(metavar="EXPR", help="End with exit code 3 when the summary fulfils this, such as 'rejected>0'."),
]


@dataclass(frozen=True)
class Writing:
    """Where and how a command writes its answer.

    Args:
        session: Language and debugging.
        form: One of `Form`.
        output: The file; None for standard output.
        table: See `render.Request`.
        limit: See `render.Request`.
        reveal: See `render.Request`.
        quiet: No summary, notes and progress.
        conditions: What ends the run with exit code 3.
        settings: The user's settings.
        store: Folder of the store.
    """

    session: Session
    form: Form
    output: Path | None
    table: str | None
    limit: int | None
    reveal: bool
    quiet: bool
    conditions: tuple[Condition, ...]
    settings: Settings
    store: Path

    @property
    def rows(self) -> int | None:
        """Rows of the first table that will be shown; None for all: the rest need not be made."""
        from custtier.render import Request

        return Request(form=self.form.value, limit=self.limit).rows


def writing(
    *,
    ctx: typer.Context,
    form: OutputForm = None,
    output: Output = None,
    table: TableName = None,
    limit: Limit = None,
    reveal: Reveal = False,
    fail_on: FailOn = None,
    store: Store = None,
    quiet: Quiet = False,
    lang: Lang = None,
) -> Writing:
    """What the options of output say; the language was chosen before (`language.py`)."""
    del lang
    settings = load_settings()
    path = path_of(output)
    chosen = form_of(form, path)
    check_target(chosen, path)
    return Writing(
        session=session_of(ctx),
        form=chosen,
        output=path,
        table=table,
        limit=limit,
        reveal=reveal,
        quiet=quiet,
        conditions=parse_conditions(fail_on or ()),
        settings=settings,
        store=store_folder(store, settings),
    )


def telling(
    *, ctx: typer.Context, form: OutputForm = None, output: Output = None, quiet: Quiet = False, lang: Lang = None
) -> Writing:
    """`writing` for a command whose answer only tells what it did."""
    return writing(ctx=ctx, form=form, output=output, quiet=quiet, lang=lang)


def path_of(output: str | None) -> Path | None:
    """The file that `--output` names; None for standard output."""
    return None if output in {None, "", "-"} else Path(str(output))


def form_of(form: Form | None, path: Path | None) -> Form:
    """The form of the answer: the file's ending, else `--format`, else text.

    Raises:
        CusttierError: `format-conflict` when both are given and differ; `unknown-ending` when nothing says the form.
    """
    ending = path.suffix.lower().removeprefix(".") if path else ""
    named = {"txt": Form.TEXT, "markdown": Form.MD, "htm": Form.HTML, **{known.value: known for known in Form}}.get(
        ending
    )
    if form and named and form is not named and ending != "txt":
        raise usage_error(
            "format-conflict",
            "--output ends in .{ending}, --format says {form}",
            hint="leave out `--format`, or give the file another ending",
            ending=ending,
            form=form.value,
        )
    if path and not form and not named:
        raise usage_error(
            "unknown-ending",
            "--output names {path}, whose ending names no format",
            hint="end it in .csv, .json, .md, .html, .xlsx, .parquet or .txt, or add `--format`",
            path=str(path),
        )
    return form or named or Form.TEXT


def check_target(form: Form, path: Path | None) -> None:
    """Return when the answer can go where it is asked for, so that nothing is done for nothing.

    Raises:
        CusttierError: `binary-on-terminal`, `cannot-write`.
    """
    if path is not None:
        from custtier.render.files import check_place

        check_place(path)
    elif form in BINARY and sys.stdout.isatty():
        raise usage_error(
            "binary-on-terminal",
            "{form} cannot be shown on a terminal",
            hint="add `--output FILE`, or send it through a pipe",
            form=form.value,
        )


def question(
    *,
    ctx: typer.Context,
    files: Files = None,
    profile: Profile = None,
    include: Include = None,
    password_file: PasswordFile = None,
    as_of: AsOf = None,
    as_known_on: AsKnownOn = None,
    since: Since = None,
    until: Until = None,
    source: Source = None,
    shop: Shop = None,
    channel: Channel = None,
    agent: Agent = None,
    tag: Tag = None,
    currency: Currency = None,
    refund_basis: RefundBasis = "order",
    no_exclusions: NoExclusions = False,
    store: Store = None,
    form: OutputForm = None,
    output: Output = None,
    table: TableName = None,
    limit: Limit = None,
) -> Question:
    """What the options of every analysis ask; those of output say how much of the answer has to be made."""
    from custtier.render.request import Request

    settings = load_settings()
    shown = Request(form=form_of(form, path_of(output)).value, limit=limit).rows
    return Question(
        files=tuple(files or ()),
        store=store_folder(store, settings),
        profile=profile,
        include=frozenset(include or ()),
        as_of=parse_day(as_of, option="--as-of") if as_of else None,
        as_known_on=parse_day(as_known_on, option="--as-known-on") if as_known_on else None,
        since=parse_day(since, option="--since") if since else None,
        until=parse_day(until, option="--until") if until else None,
        sources=_sources(source),
        shops=tuple(shop or ()),
        channels=tuple(channel or ()),
        agents=tuple(agent or ()),
        tags=tuple(tag or ()),
        currency=currency.upper() if currency else None,
        refund_basis=refund_basis.strip().lower(),
        use_exclusions=not no_exclusions,
        rows=shown if table is None else None,
        passwords=passwords_of(ctx, password_file),
        settings=settings,
    )


def _sources(typed: list[str] | None) -> tuple[str, ...]:
    """The formats by their codes, which may be typed as they are shown."""
    if not typed:
        return ()
    from custtier.text.meant import meant_code

    return tuple(meant_code(one, "profile") or one for one in typed)


def given(**providers: Callable[..., object]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command what shared options make: `@given(asked=question, out=writing)`.

    Args:
        providers: Parameter of the command → function that makes it. The options of the function become options of
            the command, after its own; one of the same name in two functions is typed once and given to both.
    """

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        own = [one for one in _parameters(command) if one.name not in providers]
        shared = {name: _parameters(provider) for name, provider in providers.items()}
        merged = {one.name: one for one in [*own, *(one for group in shared.values() for one in group)]}

        @functools.wraps(command)
        def run(**typed: object) -> None:
            made = {
                name: providers[name](**{one.name: typed[one.name] for one in group}) for name, group in shared.items()
            }
            command(**{one.name: typed[one.name] for one in own}, **made)

        run.__signature__ = inspect.Signature(list(merged.values()))  # type: ignore[attr-defined]  # functions may carry one
        run.__annotations__ = {one.name: one.annotation for one in merged.values()}
        return run

    return decorate


def _parameters(function: Callable[..., object]) -> list[inspect.Parameter]:
    """The parameters of a function, keyword-only and with their annotations resolved."""
    names = inspect.signature(function).parameters
    hints = get_type_hints(function, include_extras=True)
    return [
        one.replace(kind=inspect.Parameter.KEYWORD_ONLY, annotation=hints.get(one.name, one.annotation))
        for one in names.values()
    ]
