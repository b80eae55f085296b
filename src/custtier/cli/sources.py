"""`custtier sources`: the formats that are known, and those of one's own."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from custtier.cli.asking import TerminalAsker, can_ask
from custtier.cli.fail_on import check_names
from custtier.cli.help import Command, Group
from custtier.cli.options import Profile, Writing, given, telling, writing
from custtier.cli.output import answer, put, say_written
from custtier.cli.passwords import PasswordFile, passwords_of
from custtier.cli.progress import Bar
from custtier.errors import data_error, usage_error

app = typer.Typer(cls=Group, rich_markup_mode=None, help="List the formats that are known, and add your own.")

LISTED = ("formats",)
CHECKED = ("files", "good", "rows_read", "kept", "excluded", "rejected", "orders", "net_sales")
"""Numbers of each summary: a condition on another one is told before any work."""

Kind = Annotated[str | None, typer.Option(metavar="KIND", help="Only formats that hold this, such as order.")]
Platform = Annotated[str | None, typer.Option(metavar="NAME", help="Only formats of this platform.")]
Columns = Annotated[
    list[str] | None,
    typer.Option("--column", metavar="FIELD=HEADER", help="What a column holds, such as gross=Paid; may be repeated."),
]


@app.callback(invoke_without_command=True)
@given(out=writing)
def listing(ctx: typer.Context, out: Writing, platform: Platform = None, kind: Kind = None) -> None:
    """List the formats that are known, and add your own."""
    if ctx.invoked_subcommand is not None:
        return
    check_names(out.conditions, LISTED)
    from custtier.workflows.sources import list_sources

    answer(list_sources(lang=out.session.catalogue.lang, platform=platform, kind=kind), _whole(out))


@app.command("show", cls=Command)
@given(out=writing)
def show(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the format, as `custtier sources` lists it.")],
    out: Writing,
    toml: Annotated[bool, typer.Option("--toml", help="Print the profile itself, to start your own from it.")] = False,
) -> None:
    """Show what one format reads: its columns, words and rows."""
    check_names(out.conditions, ())
    from custtier.workflows.sources import show_source, source_text

    if not toml:
        answer(show_source(name, lang=out.session.catalogue.lang), _whole(out))
        return
    text = source_text(name).encode()
    if out.output is None:
        put(text)
        return
    from custtier.render.files import write_whole

    write_whole(out.output, text)
    say_written(out.output, out)


@app.command("new", cls=Command)
@given(out=telling)
def new(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An export that no format knows.")],
    out: Writing,
    *,
    ctx: typer.Context,
    name: Annotated[str | None, typer.Option(metavar="NAME", help="Name of the profile.")] = None,
    kind: Annotated[str | None, typer.Option(metavar="KIND", help="What the file holds: order, contacts, …")] = None,
    column: Columns = None,
    word: Annotated[
        list[str] | None,
        typer.Option("--word", metavar="WORD=STATE", help="What a word of the status means; may be repeated."),
    ] = None,
    day_first: Annotated[
        bool | None, typer.Option("--day-first/--month-first", help="How to read dates such as 01/02/2026.")
    ] = None,
    to: Annotated[
        Path | None, typer.Option("--to", metavar="FILE", help="Write the profile here, not among your own.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over your profile of this name.")] = False,
    no_input: Annotated[bool, typer.Option("--no-input", help="Ask nothing.")] = False,
    password_file: PasswordFile = None,
) -> None:
    """Draft a profile for an export that no format knows, try it on the file, and keep it."""
    from custtier.workflows.drafting import Wanted, draft_source, keep

    wanted = Wanted(
        name,
        kind,
        _pairs(column or (), option="--column", form="FIELD=HEADER"),
        _pairs(word or (), option="--word", form="WORD=STATE"),
        day_first=day_first,
        replaces=force,
        output=to,
    )
    passwords = passwords_of(ctx, password_file)
    with Bar(quiet=out.quiet) as bar:
        passwords.before_asking = bar.hide
        drafted = draft_source(
            file,
            settings=out.settings,
            wanted=wanted,
            catalogue=out.session.catalogue,
            ask=TerminalAsker(out.session.catalogue, bar.hide) if can_ask() and not no_input else None,
            passwords=passwords,
            progress=bar,
        )
    keep(drafted)
    answer(drafted.view, _whole(out))


@app.command("check", cls=Command)
@given(out=writing)
def check(
    files: Annotated[list[Path], typer.Argument(metavar="FOLDER...", help="Folders of sample files, or files.")],
    out: Writing,
    *,
    ctx: typer.Context,
    profile: Profile = None,
    password_file: PasswordFile = None,
) -> None:
    """Say what every file of a folder is recognised as, and what becomes of its rows; nothing is kept."""
    check_names(out.conditions, CHECKED)
    from custtier.workflows.samples import check_files

    passwords = passwords_of(ctx, password_file)
    with Bar(quiet=out.quiet) as bar:
        passwords.before_asking = bar.hide
        view = check_files(files, settings=out.settings, profile=profile, passwords=passwords, progress=bar)
    answer(view, _whole(out))
    bad = view.tables["files"].height - int(str(view.summary["good"]))
    if bad:
        raise data_error(
            "bad-samples",
            "{bad} of {files} files are not recognised or have rows that cannot be read",
            hint="see why in the columns problem and reasons, or look at the rows: custtier import FILE --rejects "
            "rejected.csv",
            bad=bad,
            files=view.tables["files"].height,
        )


def _whole(out: Writing) -> Writing:
    """The same without a limit, unless one was asked for: nobody wants a part of these lists."""
    return replace(out, limit=0) if out.limit is None else out


def _pairs(typed: list[str] | tuple[()], *, option: str, form: str) -> dict[str, str]:
    """What stands before and after the sign in each of an option's values."""
    pairs = {}
    for one in typed:
        first, sign, second = one.partition("=")
        if not sign or not first.strip():
            raise usage_error(
                "bad-pair",
                "{option} takes {form}, not {typed}",
                hint="write it as --column gross=HEADER, --word WORD=paid; an empty header takes the field from its "
                "column",
                option=option,
                form=form,
                typed=one,
            )
        pairs[first.strip()] = second.strip()
    return pairs
