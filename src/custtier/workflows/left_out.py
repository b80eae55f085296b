"""What reading files left out: rows that are no orders, and rows that could not be read."""

from collections import Counter
from collections.abc import Sequence

from custtier.facts import Note
from custtier.sources.reading import Reading


def rejected_rows(readings: Sequence[Reading]) -> Counter[str]:
    """How many rows could not be read, by reason."""
    reasons: Counter[str] = Counter()
    for reading in readings:
        reasons.update(reading.rejects["reason"].drop_nulls().to_list())
    return reasons


def excluded_rows(readings: Sequence[Reading]) -> tuple[tuple[str, int], ...]:
    """How many rows are no orders, by reason."""
    reasons: Counter[str] = Counter()
    for reading in readings:
        left_out = reading.records.filter(reading.records["outcome"] == "excluded")
        reasons.update(left_out["reason"].drop_nulls().to_list())
    return tuple(sorted(reasons.items()))


def listed(reasons: Counter[str]) -> str:
    """Reasons and their numbers, in one line: `bad_amount 2, bad_date 1`."""
    return ", ".join(f"{reason} {count}" for reason, count in sorted(reasons.items()))


def rejected_note(readings: Sequence[Reading]) -> tuple[Note, ...]:
    """A remark when an answer from files lacks the orders of rows that could not be read."""
    reasons = rejected_rows(readings)
    if not reasons:
        return ()
    rows = sum(reading.rows_read for reading in readings)
    return (Note("rejected_rows", {"rejected": reasons.total(), "rows": rows, "reasons": listed(reasons)}),)
