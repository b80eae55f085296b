"""`custtier tag`: the tags there are, rules tried, and tags given and taken away by hand."""

import csv
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from custtier.errors import data_error, nothing_error, usage_error
from custtier.facts import Note
from custtier.settings import store_folder
from custtier.tags import TagRule, tag_faults, tag_rule
from custtier.text import Catalogue
from custtier.views.tags import answer as view
from custtier.views.tags.tagged import TagSources, tagged_customers
from custtier.views.view import View
from custtier.workflows.dataset import open_facts
from custtier.workflows.question import Question
from custtier.workflows.scoping import asked_filters
from custtier.workflows.tagging import sources_of
from custtier.workflows.whom import Matches, whom

PROFILE = "generic-tags"
GIVE, TAKE = "add", "remove"
UNNAMED = "--rule"
"""What a rule that is only tried is called."""


def list_tags(question: Question, *, lang: str = "en") -> View:
    """Every tag, and how many customers have it: `views.tags.answer.tag_list`."""
    return _told(view.tag_list(_sources(question), lang=lang), question)


def try_tags(question: Question, *, rule: str | None = None) -> View:
    """What each part of a rule takes away, and who has the tag: `views.tags.answer.tag_test`.

    Args:
        question: Where the orders come from, as of when, and, with `tags`, which customers are looked at.
        rule: The name of a rule of the settings, a rule, or a condition alone; None for all rules of the settings.

    Raises:
        CusttierError: `no-tag-rules`, `bad-tag-rule`, and what `open_facts` raises.
    """
    sources = _sources(question)
    rules = sources.rules if rule is None else (_meant_rule(rule, sources),)
    if not rules:
        raise nothing_error(
            "no-tag-rules",
            "there is no tag rule in the settings yet",
            hint='write tags = ["VIP when net_sales >= 5000"] there, or try one: custtier tag test --rule '
            '"net_sales >= 5000"',
        )
    only = tagged_customers(sources, question.tags) if question.tags else None
    found = view.tag_test(sources, rules, only=only, rows=question.rows)
    return _told(replace(found, parameters={"condition": rule}), question)


def _meant_rule(text: str, sources: TagSources) -> TagRule:
    """The rule of the settings with this name, else the rule or the condition that the text is."""
    wanted = text.strip()
    for one in sources.rules:
        if one.name.casefold() == wanted.casefold():
            return one
    written = tag_rule(wanted)
    if written.when and not any(tag_faults([wanted])):
        return written
    return TagRule(UNNAMED, wanted)


def tags_of(question: Question, *, customer: str | None) -> View | Matches:
    """Who was given which tag, or every tag of one customer.

    Raises:
        CusttierError: `unknown-customer`, and what `open_facts` raises.
    """
    if customer is None:
        return _told(view.given_list(_sources(question)), question)
    found = whom(customer, question, command="tag list")
    if isinstance(found, Matches):
        return found
    return _told(view.tags_of_one(_sources(question), found.customer_key), question)


def field_list(catalogue: Catalogue) -> View:
    """What a tag rule may ask for: `views.tags.answer.field_list`."""
    return view.field_list(catalogue)


def decide_tags(
    question: Question, *, customer: str, tags: Sequence[str], decision: str, at: datetime
) -> View | Matches:
    """One customer's tags after some were given or taken away: an import of its own, which may be undone.

    Args:
        question: Uses `store`, `settings`.
        customer: A customer id of today or before, a full phone, an account, an e-mail or a name.
        tags: At least one.
        decision: `GIVE` or `TAKE`.
        at: UTC, for the record.

    Raises:
        CusttierError: `unknown-customer`, `bad-tag`, `not-given`.
    """
    for tag in tags:
        _check_tag(tag)
    found = whom(customer, question, command=f"tag {decision}")
    if isinstance(found, Matches):
        return found
    customer_id = str(found.row["customer_id"])
    if decision == TAKE:
        _check_given(question, found.customer_key, tags)
    outcome = _imported(question, customer_id, tags, decision=decision, at=at)
    answer = view.tags_of_one(_sources(question), found.customer_key)
    note = Note("tags_noted", {"import_id": outcome})
    return replace(answer, command=f"tag {decision}", summary={"import_id": outcome}, notes=(*answer.notes, note))


def _imported(question: Question, customer_id: str, tags: Sequence[str], *, decision: str, at: datetime) -> int:
    """The number of the import that says it: read as the list of tags that a user could have written."""
    from custtier.sources import read_files
    from custtier.store import Store

    with TemporaryDirectory() as folder:
        path = Path(folder) / f"tag-{decision}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            lines = csv.writer(file)
            lines.writerow(["customer_id", "tag", "action"])
            lines.writerows([customer_id, tag.strip(), decision] for tag in tags)
        readings = read_files([path], settings=question.settings, profile=PROFILE)
    store = Store(store_folder(question.store, question.settings), settings=question.settings)
    named = [replace(reading, path=f"tag {decision}") for reading in readings]
    return store.add(named, imported_at=at).import_id


def _check_tag(tag: str) -> None:
    wanted = tag.strip()
    if not wanted or not wanted.isprintable() or any(sign in wanted for sign in ",，、|;；:：") or wanted[0] in "!！":
        raise usage_error(
            "bad-tag",
            "{tag!r} cannot be a tag",
            hint="a tag is a word or a few, without commas, colons and semicolons, and does not begin with !",
            tag=tag,
        )


def _check_given(question: Question, customer_key: int, tags: Sequence[str]) -> None:
    """Return when the customer was given all these tags by hand."""
    given = _sources(question).given
    mine = given.filter(given["customer_key"] == customer_key)["tag"].to_list()
    for tag in tags:
        if tag.strip() not in mine:
            raise data_error(
                "not-given",
                "the customer was never given the tag {tag!r}, by hand or in a file",
                hint="see where their tags come from with `custtier tag list CUSTOMER`: rules and contact lists stay",
                tag=tag.strip(),
            )


def _sources(question: Question) -> TagSources:
    """What tags come from; `--tag` does not change who has which tag."""
    return sources_of(open_facts(replace(question, tags=())), question)


def _told(answer: View, question: Question) -> View:
    return replace(answer, parameters={**answer.parameters, **asked_filters(question)})
