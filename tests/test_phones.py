"""Phones in comparable form."""

import polars as pl
import pytest

from custtier.phones import with_phones


def looked_at(text: str | None, kind: str | None = None) -> tuple[str | None, str | None]:
    frame = pl.DataFrame({"phone": [text], "phone_kind": [kind]}, schema={"phone": pl.String, "phone_kind": pl.String})
    return with_phones(frame).row(0)  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("text", "comparable", "kind"),
    [
        (None, None, None),
        ("  ", None, None),
        ("13800138001", "13800138001", "full"),
        (" +86 138-0013-8001 ", "13800138001", "full"),
        ("86-13800138001", "13800138001", "full"),
        ("008613800138001", "13800138001", "full"),
        ("8613800138001", "13800138001", "full"),
        ("+1 (415) 555-2671", "+14155552671", "full"),
        ("0044 20 7946 0958", "+442079460958", "full"),
        ("852 6123 4567", "+85261234567", "full"),
        ("13800000011.0", "13800000011", "full"),
        ("１３８００１３８００１", "13800138001", "full"),
        ("＋86 138－0013－8001", "13800138001", "full"),
        ("+86 13800138001.0", "13800138001", "full"),
        ("1380013800.0", "1380013800.0", "odd"),
        ("138****8000", "138****8000", "masked"),
        ("138＊＊＊＊8000", "138＊＊＊＊8000", "masked"),
        ("13800138001-1234", "13800138001-1234", "virtual"),
        ("13800138001转1234", "13800138001转1234", "virtual"),
        ("13800138001,1234", "13800138001,1234", "virtual"),
        ("021-12345678", "021-12345678", "odd"),
        ("+86 21 12345678", "+86 21 12345678", "odd"),
        ("12800138000", "12800138000", "odd"),
        ("13800138000", "13800138000", "odd"),
        ("+86 138 0013 8000", "13800138000", "odd"),
        ("13800000000", "13800000000", "odd"),
        ("19988888888", "19988888888", "odd"),
        ("11111111111", "11111111111", "odd"),
        ("12345678901", "12345678901", "odd"),
        ("17012345678", "17012345678", "full"),
        ("##Xy9z##", "##Xy9z##", "cipher"),
        ("$$Xy9z$$", "$$Xy9z$$", "cipher"),
    ],
)
def test_a_phone_is_comparable_and_its_worth_is_known(text: str | None, comparable: str | None, kind: str) -> None:
    assert looked_at(text) == (comparable, kind)


def test_a_phone_that_a_profile_calls_virtual_stays_virtual() -> None:
    assert looked_at("13800138001", "virtual") == ("13800138001", "virtual")


def test_looking_twice_changes_nothing() -> None:
    texts = ["+1 415 555 2671", "13800138001-12", "021-12345678", "138****8000", None, "##a##"]
    frame = pl.DataFrame({"phone": texts, "phone_kind": pl.Series([None] * 6, dtype=pl.String)})
    once = with_phones(frame)
    assert with_phones(once).equals(once)
