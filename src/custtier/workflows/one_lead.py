"""One person's letter as `grade` gives it, the reason in words, and what would make it another one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from custtier.facts import Facts, Opener
from custtier.grading import UNKNOWN
from custtier.metrics.scope import Scope
from custtier.text import Lang
from custtier.views.basis import basis_of
from custtier.views.explain.scores import Score
from custtier.views.explain.words import MESSAGES, ONE_ORDER, SILENCE, WAIT, Change
from custtier.views.grade.outlook import Outlook, outlook
from custtier.views.grade.reasons import reason_text
from custtier.views.leads.days import end_of
from custtier.views.leads.leads import leads_of
from custtier.workflows.question import Question

_OF_ACCOUNTS = frozenset({"contacts", "contact_events", "messages", "details"})


@dataclass(frozen=True)
class OneLead:
    """The letter of one person.

    Args:
        grade: The letter, or `unknown`.
        because: Why, in words.
        outlook: What would make it another one.
    """

    grade: str
    because: str
    outlook: Outlook


def one_lead(
    facts: Facts, accounts: pl.Series, question: Question, *, as_of: date | None, scope: Scope, lang: Lang
) -> OneLead | None:
    """The letter of one person; None for who stands in no contact list by the day observed.

    Args:
        facts: Of everybody.
        accounts: The keys of all accounts of the person.
        question: Uses `settings`.
        as_of: Last day observed; None where no order was ever paid.
        scope: Which orders are used.
        lang: Language of the reason.
    """
    if as_of is None:
        return None
    settings = question.settings
    theirs = pl.col("account_key").is_in(accounts.implode())
    own = replace(facts, purchases=facts.purchases.filter(theirs), opener=_theirs(facts.opener, theirs))
    end = end_of(as_of, zone=settings.zone)
    by_then = (pl.col("first_added_at") < end).fill_null(value=True)
    listed = own.table("contacts", columns=["account_key", "first_added_at"]).filter(by_then)
    # of who stands in no list nothing else may stand for it
    if listed.head(1).collect().is_empty():
        return None
    sent = facts.table("messages", columns=["sent_at"]).filter(pl.col("sent_at") < end)
    has_chats = not sent.head(1).collect().is_empty()
    basis = basis_of(own, scope=scope, as_of=as_of)
    leads = leads_of(basis, zone=settings.zone, cuts=settings.grades, any_chats=has_chats)
    if leads.people.is_empty():
        return None
    person = leads.people.head(1)
    because = person.select(reason_text(as_of_day=basis.as_of_day, lang=lang)).item()
    row = person.row(0, named=True)
    return OneLead(row["grade"] or UNKNOWN, because, outlook(row, cuts=settings.grades, as_of=as_of))


def as_score(lead: OneLead | None, *, as_of: date) -> Score | None:
    """The letter as a row of `explain`; None where there is none."""
    if lead is None:
        return None
    told, changes = lead.outlook, []
    if told.by_order:
        changes.append(Change(ONE_ORDER, told.by_order, needed_sales=1, needed_orders=1))
    if told.messages:
        changes.append(Change(MESSAGES, told.by_messages, needed_messages=told.messages))
    if told.silent_on:
        days = (told.silent_on - as_of).days
        silence = WAIT if told.is_by_orders else SILENCE
        changes.append(Change(silence, told.by_silence, needed_days=days, reached_on=told.silent_on))
    return Score("grade", lead.grade, lead.because, changes=tuple(changes))


def _theirs(opener: Opener, theirs: pl.Expr) -> Opener:
    """Opens the tables with the rows of the person alone."""

    def opened(name: str, columns: Sequence[str]) -> pl.LazyFrame:
        if name not in _OF_ACCOUNTS:
            return opener(name, columns)
        asked = list(dict.fromkeys([*columns, "account_key"]))
        return opener(name, asked).filter(theirs).select(columns)

    return opened
