"""What questions about one customer share: who it is, from where, as of when."""

from typing import TYPE_CHECKING, Annotated

import typer

from custtier.cli.options import AsKnownOn, AsOf, Currency, Files, Include, NoExclusions, Profile, Store, Writing
from custtier.cli.output import answer
from custtier.cli.passwords import PasswordFile, passwords_of
from custtier.errors import CusttierError, usage_error
from custtier.periods import parse_day
from custtier.settings import load_settings, store_folder
from custtier.workflows.question import Question

if TYPE_CHECKING:
    from custtier.workflows.whom import Matches

Customer = Annotated[
    str, typer.Argument(metavar="CUSTOMER", help="Id, full phone, account, e-mail or name of the customer.")
]


def about_one(
    *,
    ctx: typer.Context,
    files: Files = None,
    profile: Profile = None,
    include: Include = None,
    password_file: PasswordFile = None,
    as_of: AsOf = None,
    as_known_on: AsKnownOn = None,
    currency: Currency = None,
    no_exclusions: NoExclusions = False,
    store: Store = None,
) -> Question:
    """What the shared options of a question about one customer ask."""
    settings = load_settings()
    return Question(
        files=tuple(files or ()),
        store=store_folder(store, settings),
        profile=profile,
        include=frozenset(include or ()),
        as_of=parse_day(as_of, option="--as-of") if as_of else None,
        as_known_on=parse_day(as_known_on, option="--as-known-on") if as_known_on else None,
        currency=currency.upper() if currency else None,
        use_exclusions=not no_exclusions,
        passwords=passwords_of(ctx, password_file),
        settings=settings,
    )


def several(found: "Matches", out: Writing) -> CusttierError:
    """Lists the customers that are meant; gives the error that ends the command."""
    answer(found.view, out)
    return usage_error(
        "several-customers",
        "{count} customers are meant",
        hint="name one of them by the id",
        count=found.count,
    )
