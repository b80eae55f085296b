"""Where the facts of a question come from: the store, or files read just for this answer."""

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from custtier.errors import nothing_error, usage_error
from custtier.facts import Facts, Note
from custtier.settings import store_folder
from custtier.sources.reading import Reading
from custtier.workflows.left_out import excluded_rows, listed, rejected_note, rejected_rows
from custtier.workflows.question import Question


def open_facts(question: Question, *, tells_late: bool = True, needs_purchases: bool = True) -> Facts:
    """The facts that a customer view answers from: without what the user's rules take out, of the tags asked for.

    Args:
        question: Where from, and what of it.
        tells_late: Whether a note says what later imports changed up to `as_of`.
        needs_purchases: Whether there is nothing to answer where nobody ever bought.

    Raises:
        CusttierError: What `all_facts` raises; `bad-settings` for a rule that cannot be applied; what
            `tagging.with_tags` raises.
    """
    facts = all_facts(question, needs_purchases=needs_purchases)
    # rules, detectors and tags are loaded by those who have any
    if question.settings.exclusions:
        from custtier.workflows.excluding import with_exclusions

        facts = with_exclusions(facts, question)
    if question.tags:
        from custtier.workflows.tagging import with_tags

        facts = with_tags(facts, question)
    if question.as_of is not None and tells_late:
        from custtier.workflows.late import late_notes

        facts = replace(facts, notes=(*facts.notes, *late_notes(facts, question)))
    return facts


def all_facts(question: Question, *, needs_purchases: bool = True) -> Facts:
    """The facts with every order; they hold at least one purchase of someone known, unless none is needed.

    Raises:
        CusttierError: `no-store`, `no-purchases`, `no-customers` (exit 4); what reading files or the store raises.
    """
    facts = _from_files(question, needs_purchases=needs_purchases) if question.files else _from_store(question)
    if not needs_purchases:
        return facts
    if not facts.extent.purchases:
        raise nothing_error(
            "no-purchases",
            "there is no paid order yet",
            hint="name or import an export that shows paid orders; what came in is listed by: custtier imports",
        )
    # sorted by account, nobody's orders first: the last row tells whether any order is somebody's
    if facts.purchases.select("account_key").tail(1).collect().item() is None:
        raise nothing_error(
            "no-customers",
            "none of the {purchases} paid orders shows whose it is: no account, no full phone and no e-mail; "
            "masked or encrypted phones are no keys",
            hint="export the orders with the buyer's account or with phones unmasked",
            purchases=facts.extent.purchases,
        )
    return facts


def _from_store(question: Question) -> Facts:
    from custtier.store import Store

    store = Store(store_folder(question.store, question.settings), settings=question.settings)
    return store.facts(as_known_on=question.as_known_on)


def _from_files(question: Question, *, needs_purchases: bool) -> Facts:
    refuse_as_known_on(question)
    from custtier.people import load_id_key
    from custtier.sources import read_files
    from custtier.store import facts_of

    readings = read_files(
        question.files,
        settings=question.settings,
        profile=question.profile,
        include=question.include,
        passwords=question.passwords,
        progress=question.progress,
    )
    facts = facts_of(readings, settings=question.settings, id_key=load_id_key())
    if needs_purchases and not facts.extent.purchases:
        _refuse_rejects_alone(readings)
        if not any(reading.orders.height for reading in readings):
            _refuse_refunds_alone(readings)
    return replace(
        facts,
        notes=(*facts.notes, *rejected_note(readings), *readings.passed_over, *file_notes(readings)),
        excluded=excluded_rows(readings),
    )


def refuse_as_known_on(question: Question) -> None:
    """Return when files are not asked what was known once.

    Raises:
        CusttierError: `files-have-no-past`.
    """
    if question.files and question.as_known_on is not None:
        raise usage_error(
            "files-have-no-past",
            "--as-known-on is about the days on which files were imported; files that are only read have none",
            hint="import them first: custtier import FILE",
        )


def file_notes(readings: Sequence[Reading]) -> tuple[Note, ...]:
    """The remarks on files, each with the file that it is about."""
    return tuple(
        Note(note.code, {**note.values, "file": reading.path}) for reading in readings for note in reading.notes
    )


def _refuse_rejects_alone(readings: Sequence[Reading]) -> None:
    reasons = rejected_rows(readings)
    if reasons:
        raise nothing_error(
            "no-purchases",
            "the files show no paid order, and {rejected} of their {rows} rows cannot be read ({reasons})",
            hint="write those rows out to look at them: custtier import FILE --rejects rejected.csv",
            rejected=reasons.total(),
            rows=sum(reading.rows_read for reading in readings),
            reasons=listed(reasons),
        )


def _refuse_refunds_alone(readings: Sequence[Reading]) -> None:
    refunds = pl.concat([reading.refunds.select("refund_key") for reading in readings] or [pl.DataFrame()]).height
    if refunds:
        raise nothing_error(
            "no-purchases",
            "the files hold {refunds} refunds and no orders",
            hint="name the order export beside the refunds",
            refunds=refunds,
        )
