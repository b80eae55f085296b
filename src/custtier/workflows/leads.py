"""The contacts of a question with their letters: from the store or from files, with orders or without."""

from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from custtier.errors import nothing_error, usage_error
from custtier.facts import Facts, Note
from custtier.views.basis import Basis, basis_of
from custtier.views.leads.asked import of_asked
from custtier.views.leads.days import day_in, end_of
from custtier.views.leads.leads import Leads, leads_of
from custtier.workflows.dataset import open_facts
from custtier.workflows.question import Question
from custtier.workflows.scoping import scope_of


@dataclass(frozen=True)
class Asked:
    """What a question about contacts starts from.

    Args:
        facts: Everything that is known; it may hold no purchase at all.
        basis: The orders used, of any channel and agent, and the day observed.
        leads: The contacts asked for.
        notes: Remarks on the orders used and on who is asked about.
        everybody: The contacts of all channels and agents, which those of some are held against; with a tag asked for
            those asked for.
    """

    facts: Facts
    basis: Basis
    leads: Leads
    notes: tuple[Note, ...]
    everybody: Leads


def asked_leads(question: Question) -> Asked:
    """The contacts of a question.

    `--channel` and `--agent` choose contacts, by where they came from and in whose list they stand; whatever orders
    they placed with whom count. `--tag` chooses people. Without any order the day observed is the last one on which
    somebody was added or wrote.

    Raises:
        CusttierError: `no-day` where contacts are known and no day at all; `no-contacts` (exit 4) where neither orders
            nor contacts nor chats are known; those of `open_facts`, `basis_of`, `of_asked` and of tags.
    """
    facts = open_facts(replace(question, tags=(), agents=(), channels=()), needs_purchases=False)
    zone = question.settings.zone
    as_of = question.as_of or facts.extent.last_on or last_seen(facts, zone=zone)
    if as_of is None and not facts.table("contacts", columns=["contact_key"]).head(1).collect().is_empty():
        raise usage_error(
            "no-day",
            "the contacts show no day of adding, and nothing else shows any day",
            hint="say as of which day to answer: --as-of 2026-03-31",
        )
    if as_of is None:
        raise nothing_error(
            "no-contacts",
            "there is no contact, no chat and no order yet",
            hint="import a contact list, or chats; a table to fill in: custtier template contacts",
        )
    scope = replace(scope_of(question), agents=(), channels=())
    basis = basis_of(facts, scope=scope, as_of=as_of)
    everybody = leads_of(basis, zone=zone, cuts=question.settings.grades)
    leads = of_asked(everybody, agents=question.agents, channels=question.channels)
    notes = [*facts.notes, *_later(facts, as_of=as_of, zone=zone)]
    if question.tags:
        from custtier.workflows.tagging import tagged_people

        keys = tagged_people(facts, replace(question, as_of=as_of), among=leads.people["customer_key"].drop_nulls())
        is_asked = pl.col("customer_key").is_in(keys.implode()).fill_null(value=False)
        leads = replace(leads, entries=leads.entries.filter(is_asked), people=leads.people.filter(is_asked))
        everybody = leads
        notes.append(Note("tagged", {"tags": ", ".join(question.tags), "count": leads.people.height}))
    return Asked(facts, basis, leads, tuple(notes), everybody)


def last_seen(facts: Facts, *, zone: str) -> date | None:
    """The last day on which somebody was added, left, wrote or ordered; None where nothing is known."""
    frames = (
        facts.table("contact_events", columns=["at"]).select(pl.col("at").max()),
        facts.table("messages", columns=["sent_at"]).select(pl.col("sent_at").max().alias("at")),
        facts.table("details", columns=["ordered_at"]).select(pl.col("ordered_at").max().alias("at")),
    )
    last = pl.concat(pl.collect_all(frames)).select(day_in(pl.col("at").max(), zone=zone)).item()
    return last if isinstance(last, date) else None


def _later(facts: Facts, *, as_of: date, zone: str) -> list[Note]:
    """A remark on contacts who were added after the day observed: they do not exist yet."""
    added = facts.table("contacts", columns=["first_added_at"]).filter(
        pl.col("first_added_at") >= end_of(as_of, zone=zone)
    )
    count, last = added.select(pl.len(), day_in(pl.col("first_added_at").max(), zone=zone)).collect().row(0)
    return [Note("contacts_added_later", {"count": count, "as_of": as_of, "last": last})] if count else []
