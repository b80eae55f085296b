"""`custtier key`: the few customers worth one-to-one care, and the lists of them that were kept."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

import polars as pl

from custtier.errors import CusttierError, usage_error
from custtier.facts import Facts, Note
from custtier.people import with_customers
from custtier.views.key import answer as view
from custtier.views.key.history import NEXT, PICKED, key_history
from custtier.views.view import View
from custtier.workflows.dataset import open_facts
from custtier.workflows.question import Question
from custtier.workflows.referring import told_of
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
        pick: How many; None for `views.key.answer.DEFAULT_PICK`.
        keep_at: Keep this list, and the next best, with this time (UTC); None to keep nothing.
        lang: Language of `picked_because`.

    Returns:
        `views.key.answer.key`.

    Raises:
        CusttierError: `keep-needs-store`, `keep-needs-all`, and those of `views.key.answer.key`.
    """
    is_whole = _is_whole(question)
    if keep_at is not None:
        _check_keeping(question, is_whole=is_whole)
    facts = open_facts(question)
    hands = _by_hand(facts, question)
    may_keep = is_whole and not question.files
    kept = _last_kept(facts, question) if may_keep else None
    answer = view.key(
        facts,
        as_of=question.as_of,
        scope=scope_of(question),
        given=view.Given(
            weights=question.settings.key_weights,
            picks=question.settings.key_picks,
            always=hands.always,
            never=hands.never,
            influencers=hands.influencers,
            kept=kept,
            told=told_of(facts, question.settings),
        ),
        pick=pick,
        lang=lang,
    )
    notes = (*answer.view.notes, *hands.notes)
    if may_keep and kept is None and keep_at is None:
        notes = (*notes, Note("no_picks_kept"))
    if keep_at is not None:
        notes = (*notes, Note("picks_kept", {"import_id": _kept(answer, question, at=keep_at)}))
    parameters = {**answer.view.parameters, **asked_filters(question)}
    return replace(answer.view, parameters=parameters, notes=notes, excluded=facts.excluded)


def history(question: Question) -> View:
    """The lists kept so far: `views.key.history.key_history`.

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
    kept = kept_answers(facts, _list_name(question)).collect()
    answer = key_history(facts, kept, as_of=question.as_of, scope=scope_of(question))
    return replace(answer, parameters={**answer.parameters, **asked_filters(question)}, excluded=facts.excluded)


def _list_name(question: Question) -> str:
    """What the question's lists are kept as: those of another currency than the settings' are lists of their own."""
    asked = question.currency.strip().upper() if question.currency else question.settings.currency
    return KEPT_NAME if asked == question.settings.currency else f"{KEPT_NAME} {asked}"


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


@dataclass(frozen=True)
class _Hands:
    """Whom the settings mean.

    Args:
        always: Customers who are always picked.
        never: Customers who are never picked.
        influencers: Customers with a tag of influence.
        notes: Ids and tags that mean nobody.
    """

    always: set[int]
    never: set[int]
    influencers: set[int]
    notes: tuple[Note, ...]


def _by_hand(facts: Facts, question: Question) -> _Hands:
    """Whom the lists of ids and tags in the settings mean."""
    picks = question.settings.key_picks
    always, never = picks.texts("always"), picks.texts("never")
    ids = _of_ids(facts, {*always, *never})
    tags = {key: picks.texts(key) for key in ("always_tags", "never_tags", "influence_tags")}
    tagged = _tagged(facts, question, {tag for texts in tags.values() for tag in texts})
    sides = {key: {one for tag in texts for one in tagged.get(tag, ())} for key, texts in tags.items()}
    notes = []
    unknown = len({*always, *never} - set(ids))
    if unknown:
        notes.append(Note("unknown_pick_ids", {"ids": unknown}))
    unknown_tags = sorted({tag for texts in tags.values() for tag in texts} - set(tagged))
    if unknown_tags:
        notes.append(Note("unknown_pick_tags", {"tags": ", ".join(unknown_tags)}))
    return _Hands(
        always={ids[text] for text in always if text in ids} | sides["always_tags"],
        never={ids[text] for text in never if text in ids} | sides["never_tags"],
        influencers=sides["influence_tags"],
        notes=tuple(notes),
    )


def _of_ids(facts: Facts, ids: Collection[str]) -> dict[str, int]:
    """Customer id of today or before → customer."""
    if not ids:
        return {}
    known = with_customers(facts.table("known", columns=["account_key", "customer_id"]), facts.accounts)
    columns = ["customer_id", "customer_key"]
    is_meant = pl.col("customer_id").is_in(sorted(ids))
    found = pl.concat([known.select(columns), facts.customers.select(columns)]).filter(is_meant).collect()
    return dict(found.iter_rows())


def _tagged(facts: Facts, question: Question, tags: Collection[str]) -> dict[str, set[int]]:
    """Tag → the customers who have it, by a rule, by hand or in a list; unknown tags are left out.

    Raises:
        CusttierError: `bad-tag-rule`.
    """
    if not tags:
        return {}
    from custtier.views.tags.tagged import tagged_customers
    from custtier.workflows.tagging import sources_of

    # who has a tag is told among everybody
    everybody = open_facts(replace(question, tags=())) if question.tags else facts
    sources = sources_of(everybody, question)
    found = {}
    for tag in sorted(tags):
        try:
            found[tag] = set(tagged_customers(sources, (tag,)))
        except CusttierError as error:
            if error.code != "unknown-tag":
                raise
    return found


def _last_kept(facts: Facts, question: Question) -> view.KeptPicks | None:
    """The last list kept by the day observed."""
    from custtier.workflows.keeping import kept_answers

    as_of = question.as_of or facts.extent.last_on
    kept = kept_answers(facts, _list_name(question), until=as_of).filter(pl.col("value") == PICKED).collect()
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
    return keep(store, _list_name(question), kept_on=kept_on, rows=rows, at=at)
