"""`custtier doctor`: the health of the store, or of files that are not imported."""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path

from custtier.facts import Facts
from custtier.people import shared_phones
from custtier.rules import DETECTORS
from custtier.settings import store_folder
from custtier.sources.reading import Reading
from custtier.views import doctor as view
from custtier.views.health.intake import Intake
from custtier.views.view import View
from custtier.workflows.exclusions import found_by
from custtier.workflows.question import Question


def doctor(question: Question, *, today: date, lang: str = "en") -> View:
    """Every check of the data, the worst first.

    Args:
        question: Where the orders come from; its filters do not count.
        today: In the shop's zone.
        lang: Language of sentences and hints.

    Returns:
        `views.doctor.doctor`.

    Raises:
        CusttierError: `no-store` (exit 4); what reading files or the store raises.
    """
    facts, intake = _of_files(question) if question.files else _of_store(question)
    as_of = facts.extent.last_on
    found = found_by(DETECTORS, facts, question, as_of=as_of) if as_of else {}
    limit = question.settings.shared_phone_accounts
    answer = view.doctor(
        facts,
        intake,
        today=today,
        zone=question.settings.zone,
        shared_phones=shared_phones(facts.table("known").collect(), limit=limit).height,
        shared_phone_accounts=limit,
        weak_sources=_weak_sources(),
        found=found,
        rules=question.settings.exclusions,
        lang=lang,
    )
    return replace(answer, excluded=facts.excluded)


def _weak_sources() -> frozenset[str]:
    """Formats that know buyers by a displayed name only."""
    from custtier.sources import known_profiles

    return frozenset(name for name, profile in known_profiles().items() if profile.weak_accounts)


def _of_store(question: Question) -> tuple[Facts, Intake]:
    from custtier.store import Store

    folder = store_folder(question.store, question.settings)
    store = Store(folder, settings=question.settings)
    facts = store.facts()
    listed = store.imports()
    standing = listed.filter(~listed["undone"])["import_id"].to_list()
    files = [file for import_id in standing for file in store.files(import_id)]
    reasons: Counter[str] = Counter()
    for file in files:
        reasons.update(file["rejected_reasons"])
    intake = Intake(
        rows_read=sum(file["rows_read"] for file in files),
        rejected={file["path"]: file["rejected"] for file in files if file["rejected"]},
        reasons=reasons,
        repeated_files=[file["path"] for file in files if file["unchanged"] == file["rows_read"] > 0],
        imports=len(standing),
        undone=listed.height - len(standing),
        bytes=_size(folder),
    )
    return facts, intake


def _of_files(question: Question) -> tuple[Facts, Intake]:
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
    return facts_of(readings, settings=question.settings, id_key=load_id_key()), _intake_of(readings)


def _intake_of(readings: Sequence[Reading]) -> Intake:
    reasons: Counter[str] = Counter()
    rejected: dict[str, int] = {}
    for reading in readings:
        found = reading.rejects["reason"].drop_nulls().to_list()
        reasons.update(found)
        if found:
            rejected[reading.path] = len(found)
    return Intake(rows_read=sum(reading.rows_read for reading in readings), rejected=rejected, reasons=reasons)


def _size(folder: Path) -> int:
    """Bytes of all files in a folder; one that a writer takes away meanwhile is none."""
    size = 0
    for path in folder.rglob("*"):
        with suppress(FileNotFoundError):
            size += path.stat().st_size
    return size
