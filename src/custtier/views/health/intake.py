"""Checks of what came in: rows that could not be read, damaged numbers, files that came twice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import polars as pl

from custtier.facts import Facts
from custtier.phones import damaged_phone
from custtier.schema import PhoneKind
from custtier.views.health.check import OK, Check, judged

_SHOWN: Final = 3
_KEPT_DIGITS: Final = 15
"""A spreadsheet keeps so many digits of a number and writes zeros for the rest."""

_CUT_SHARE: Final = 0.9
_LEAST_CUT: Final = 8


@dataclass(frozen=True)
class Intake:
    """What reading the files left behind.

    Args:
        rows_read: Rows of all files.
        rejected: File → rows that could not be read.
        reasons: Reason → such rows.
        repeated_files: Files that brought nothing new under another name.
        imports: Imports that stand; None for files that are not imported.
        undone: Imports that were undone.
        bytes: Size of the store.
    """

    rows_read: int = 0
    rejected: Mapping[str, int] = field(default_factory=dict)
    reasons: Mapping[str, int] = field(default_factory=dict)
    repeated_files: Sequence[str] = ()
    imports: int | None = None
    undone: int = 0
    bytes: int = 0


def intake_checks(intake: Intake, *, id_zeros: tuple[int, int], cut_phones: int) -> list[Check]:
    """Rejected rows, unknown statuses, damaged numbers, repeated files, the store itself.

    Args:
        intake: What reading left behind.
        id_zeros: Order numbers that end in zeros as a spreadsheet leaves them, and how many could.
        cut_phones: Phones of orders and contacts that a spreadsheet has cut.
    """
    reasons = dict(intake.reasons)
    told = ", ".join(f"{reason} {count}" for reason, count in sorted(reasons.items()))
    worst = sorted(intake.rejected.items(), key=lambda one: (-one[1], one[0]))[:_SHOWN]
    zeros, long_ids = id_zeros
    damaged = reasons.get("damaged_id", 0) + zeros + cut_phones
    checks = [
        judged(
            "rejected_rows",
            sum(reasons.values()),
            of=intake.rows_read,
            bad=0.01,
            reasons=told,
            files=", ".join(f"{file} ({count:,})" for file, count in worst),
        ),
        judged("unknown_statuses", reasons.get("unknown_status", 0), of=intake.rows_read, bad=0.0),
        judged("damaged_ids", damaged, of=max(long_ids, intake.rows_read), bad=0.0, zeros=zeros, phones=cut_phones),
        judged("repeated_files", len(intake.repeated_files), files=", ".join(intake.repeated_files[:_SHOWN])),
    ]
    if intake.imports is not None:
        megabytes = round(intake.bytes / 1_000_000, 1)
        values = {"count": intake.imports, "undone": intake.undone, "megabytes": f"{megabytes:,}"}
        checks.append(Check("imports", OK, intake.imports, None, values))
    return checks


def cut_phones(facts: Facts) -> int:
    """Phones of orders and contacts of which a spreadsheet left the first digits alone."""
    odd = pl.col("phone_kind") == PhoneKind.ODD.value
    tables = [facts.table(name, columns=["phone", "phone_kind"]) for name in ("details", "contacts")]
    counts = [table.filter(odd & damaged_phone(pl.col("phone"))).select(pl.len()) for table in tables]
    return sum(int(count.item()) for count in pl.collect_all(counts))


def zero_ended(orders: pl.LazyFrame) -> tuple[int, int]:
    """Order numbers that end in the zeros of a spreadsheet, and how many numbers are long enough to.

    A spreadsheet cuts all long numbers of a file: only where nearly all of a source's numbers of one month end so, it
    is no chance and no habit of the platform.

    Args:
        orders: Of any state: `order_id`, `source`, `ordered_on`.
    """
    digits = pl.col("order_id").str.len_chars()
    zeros = digits - pl.col("order_id").str.strip_chars_end("0").str.len_chars()
    counted = (
        orders.filter(pl.col("order_id").str.contains(r"^\d{17,25}$"))
        .group_by("source", pl.col("ordered_on").dt.truncate("1mo").alias("month"), digits.alias("digits"))
        .agg(pl.len().alias("ids"), (zeros >= digits - _KEPT_DIGITS).sum().alias("round"))
        .collect()
    )
    cut = counted.filter((pl.col("round") >= _LEAST_CUT) & (pl.col("round") >= _CUT_SHARE * pl.col("ids")))
    return int(cut["round"].sum()), int(counted["ids"].sum())
