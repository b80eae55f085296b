"""`custtier key`: the few customers worth one-to-one care, and the lists of them that were kept."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

import polars as pl

from custtier.errors import usage_error
from custtier.facts import Facts, Note
from custtier.people import tags_of_customers, with_customers
from custtier.picks import KeyPicks
from custtier.views import key as view
from custtier.views.key_history import NEXT, PICKED, key_history
from custtier.views.view import View
from custtier.workflows.dataset import open_facts
from custtier.workflows.question import Question
from custtier.workflows.scoping import asked_filters, scope_of

KEPT_NAME = "key"
"""What kept lists of picked customers are called."""

NO_PART = frozenset({"as_of", "as_known_on", "currency", "refund_basis", "no_exclusions"})
"""Shared options with which the question is still about all orders."""


def key(question: Question, *, pick: int | None = None, keep_at: datetime | None = None, lang: str = "en") -> View:
    """The customers with most points, and as many of the next best.

    Who was picked in the last list kept is held by the margin of the settings, unless the question is about a part of
    the orders.

    Args:
        question: Where the orders come from, and which are used.
        pick: How many; None for `views.key.DEFAULT_PICK`.
        keep_at: Keep this list, and the next best, with this time (UTC); None to keep nothing.
        lang: Language of `picked_because`.

    Returns:
        `views.key.key`.

    Raises:
        CusttierError: `keep-needs-store`, `keep-needs-all`, and those of `views.key.key`.
    """
    is_whole = _is_whole(question)
    if keep_at is not None:
        _check_keeping(question, is_whole=is_whole)
    facts = open_facts(question)
    picks = question.settings.key_picks
    unknown, always, never = _by_hand(facts, picks)
    answer = view.key(
        facts,
        as_of=question.as_of,
        scope=scope_of(question),
        given=view.Given(
            weights=question.settings.key_weights,
            picks=picks,
            always=always,
            never=never,
            influencers=_tagged(facts, picks.texts("influence_tags")),
            kept=_last_kept(facts, question) if is_whole and not question.files else None,
        ),
        pick=pick,
        zone=question.settings.zone,
        lang=lang,
    )
    notes = answer.view.notes
    if unknown:
        notes = (*notes, Note("unknown_pick_ids", {"ids": unknown}))
    if keep_at is not None:
        notes = (*notes, Note("picks_kept", {"import_id": _kept(answer, question, at=keep_at)}))
    parameters = {**answer.view.parameters, **asked_filters(question)}
    return replace(answer.view, parameters=parameters, notes=notes, excluded=facts.excluded)


def history(question: Question) -> View:
    """The lists kept so far: `views.key_history.key_history`.

    Raises:
        CusttierError: `history-needs-store`, `no-kept-picks`.
    """
    if question.files:
        raise usage_error(
            "history-needs-store",
            "kept lists stand in the store; files have none",
            hint="leave out the files: custtier key --history",
        )
    from custtier.workflows.keeping import kept_answers

    facts = open_facts(question)
    kept = kept_answers(facts, KEPT_NAME).collect()
    answer = key_history(facts, kept, as_of=question.as_of, scope=scope_of(question))
    return replace(answer, parameters={**answer.parameters, **asked_filters(question)}, excluded=facts.excluded)


def _is_whole(question: Question) -> bool:
    """Whether all orders are meant: another day and another currency are no part."""
    asked = asked_filters(question)
    return not any(value for name, value in asked.items() if name not in NO_PART)


def _check_keeping(question: Question, *, is_whole: bool) -> None:
    if question.files:
        raise usage_error(
            "keep-needs-store",
            "--keep keeps a list in the store; an answer from files has none",
            hint="import the files first, then: custtier key --keep",
        )
    if not is_whole:
        raise usage_error(
            "keep-needs-all",
            "--keep keeps the list of the whole shop; this one is of a part of its orders",
            hint="leave out the filters, or leave out --keep",
        )


def _by_hand(facts: Facts, picks: KeyPicks) -> tuple[int, set[int], set[int]]:
    """How many ids of the settings nobody has, and the customers who are always and never picked."""
    always, never = picks.texts("always"), picks.texts("never")
    ids = _of_ids(facts, {*always, *never})
    sides = []
    for texts, tags in ((always, "always_tags"), (never, "never_tags")):
        sides.append({ids[text] for text in texts if text in ids} | _tagged(facts, picks.texts(tags)))
    return len({*always, *never} - set(ids)), sides[0], sides[1]


def _of_ids(facts: Facts, ids: Collection[str]) -> dict[str, int]:
    """Customer id of today or before → customer."""
    if not ids:
        return {}
    known = with_customers(facts.table("known", columns=["account_key", "customer_id"]), facts.accounts)
    columns = ["customer_id", "customer_key"]
    is_meant = pl.col("customer_id").is_in(sorted(ids))
    found = pl.concat([known.select(columns), facts.customers.select(columns)]).filter(is_meant).collect()
    return dict(found.iter_rows())


def _tagged(facts: Facts, tags: Collection[str]) -> set[int]:
    """Customers with one of the tags, by hand or in a list of contacts."""
    if not tags:
        return set()
    contacts = with_customers(facts.table("contacts", columns=["account_key", "tags"]), facts.accounts)
    listed = (
        contacts.filter(pl.col("tags").is_not_null())
        .with_columns(pl.col("tags").str.replace_all("，", ",").str.split(",").alias("tag"))
        .explode("tag")
        .filter(pl.col("tag").str.strip_chars().is_in(sorted(tags)))
        .select("customer_key")
    )
    given = tags_of_customers(facts.table("tags"), known=facts.table("known"), accounts=facts.accounts)
    by_hand = given.filter(pl.col("tag").is_in(sorted(tags))).select("customer_key")
    found = pl.concat([listed, by_hand]).filter(pl.col("customer_key").is_not_null()).unique()
    return set(found.collect().to_series())


def _last_kept(facts: Facts, question: Question) -> view.KeptPicks | None:
    """The last list kept by the day observed."""
    from custtier.workflows.keeping import kept_answers

    as_of = question.as_of or facts.extent.last_on
    kept = kept_answers(facts, KEPT_NAME, until=as_of).filter(pl.col("value") == PICKED).collect()
    if kept.is_empty():
        return None
    last = kept.filter(pl.col("kept_on") == pl.col("kept_on").max())
    return view.KeptPicks(last["kept_on"][0], frozenset(last["customer_key"]))


def _kept(answer: view.Answer, question: Question, *, at: datetime) -> int:
    """Keeps the list; gives its import."""
    from custtier.settings import store_folder
    from custtier.store import Store
    from custtier.workflows.keeping import keep

    rows = answer.listed.select(
        "customer_key",
        pl.when("is_picked").then(pl.lit(PICKED)).otherwise(pl.lit(NEXT)).alias("value"),
        pl.col("key_score").alias("score"),
    )
    store = Store(store_folder(question.store, question.settings), settings=question.settings)
    kept_on = answer.view.as_of
    assert kept_on is not None
    return keep(store, KEPT_NAME, kept_on=kept_on, rows=rows, at=at)
