"""Which of the formats that stand in a store do not tell what buyers paid."""

from collections.abc import Collection, Sequence
from typing import Final

from custtier.facts import Note
from custtier.store.record import IMPORT, Commit

REMARKS: Final = {"shop_receipt": "shop_receipts", "goods_price": "goods_prices"}
"""Remark on a file → remark on all answers from its format."""


def money_notes(commits: Sequence[Commit], standing: Collection[int]) -> tuple[Note, ...]:
    """A remark on each format whose amounts are no buyer's payments, from what was remarked when its files came in.

    Args:
        commits: Of the store.
        standing: The imports that count.
    """
    found = {
        (REMARKS[code], file["profile"])
        for commit in commits
        if commit.action == IMPORT and commit.import_id in standing
        for file in commit.files
        for code, _ in file.get("notes", ())
        if code in REMARKS
    }
    return tuple(Note(code, {"profile": profile}) for code, profile in sorted(found))
