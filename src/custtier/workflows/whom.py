"""The customer whom a text means, in the store or in files, or several to choose from."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from custtier.errors import CusttierError, usage_error
from custtier.facts import Facts
from custtier.people import find
from custtier.settings import store_folder
from custtier.views.view import View
from custtier.workflows.dataset import open_facts
from custtier.workflows.question import Question


@dataclass(frozen=True)
class Matches:
    """The customers that a text means, when they are several.

    Args:
        view: Table `matches`: `customer_id`, `name`, `phone`, `platforms`, `found_by`.
        count: How many.
    """

    view: View
    count: int


@dataclass(frozen=True)
class Whom:
    """The one customer that a text means.

    Args:
        row: One of `people.finding.FOUND`.
        known: `schema.KNOWN`, of everybody.
        facts: Where they were found.
    """

    row: Mapping[str, object]
    known: pl.LazyFrame
    facts: Facts

    @property
    def customer_key(self) -> int:
        """Their key."""
        return int(str(self.row["customer_key"]))


def whom(text: str, question: Question, *, command: str) -> Whom | Matches:
    """The customer whom a text means; those to choose from when they are several.

    Args:
        text: A customer id of today or before, a full phone, an account, an e-mail or a name.
        question: Uses `files` or `store`, `as_of`, `use_exclusions`, `settings`.
        command: Who asks.

    Raises:
        CusttierError: `unknown-customer`; never with the text itself, which may be a phone.
    """
    facts = _facts(question)
    known = facts.table("known")
    found = find(text, known=known, accounts=facts.accounts, customers=facts.customers)
    if found.is_empty():
        raise _unknown(question)
    if found.height > 1:
        listed = found.select("customer_id", "name", "phone", "platforms", "found_by")
        return Matches(View(command=command, parameters={}, summary={}, tables={"matches": listed}), found.height)
    return Whom(found.row(0, named=True), known, facts)


def _facts(question: Question) -> Facts:
    """The facts without what the rules take out; of a store without purchases all that there is."""
    try:
        # what changed of everybody says nothing about one
        return open_facts(question, tells_late=False)
    except CusttierError as error:
        if question.files or error.code not in {"no-purchases", "no-customers"}:
            raise
        from custtier.store import Store

        store = Store(store_folder(question.store, question.settings), settings=question.settings)
        return store.facts(as_known_on=question.as_known_on)


def _unknown(question: Question) -> CusttierError:
    if question.files:
        return usage_error(
            "unknown-customer",
            "no customer of these files has this id, phone, account, e-mail or name",
            hint="find the id with: custtier tiers FILE --limit 0 --reveal",
        )
    return usage_error(
        "unknown-customer",
        "no customer of the store has this id, phone, account, e-mail or name",
        hint="find the id with: custtier tiers --limit 0 --reveal",
    )
