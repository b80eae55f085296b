"""Phones made comparable, and what each is worth as a key."""

from typing import Final

import polars as pl

from custtier.schema import PhoneKind

MOBILE: Final = r"1[3-9]\d{9}"
"""A mainland mobile number."""

PLACEHOLDER: Final = r"^(?:13800138000|1[3-9]\d(?:" + "|".join(f"{digit}{{8}}" for digit in range(10)) + "))$"
"""Numbers that are typed where none is known: 13800138000, and those that end in eight equal digits."""

DAMAGED: Final = r"^\s*\d(?:\.\d+)?[Ee]\+\d{1,2}\s*$"
"""What a spreadsheet writes for a long number, of which it shows the first digits alone: 1.39E+10."""

_NONE: Final = "none"
_CIPHER: Final = r"^(?:##|\$\$|~)"
_EXTENSION: Final = rf"^(?:\+86-?|0086-?|86-?)?{MOBILE}(?:-|转|,)\d{{1,6}}$"
_MAINLAND: Final = rf"^(?:\+86|0086|86)?({MOBILE})$"
_ABROAD: Final = r"^(?:\+|00)([1-9]\d{6,14})$"
_NEIGHBOUR: Final = r"^((?:852|853)\d{8}|886\d{9})$"
_MAINLAND_LINE: Final = r"^(?:\+|00)86"


def with_phones(frame: pl.DataFrame, *, phone: str = "phone", kind: str = "phone_kind") -> pl.DataFrame:
    """`frame` with every phone in its comparable form, and its kind.

    A mainland mobile becomes its eleven digits, another number that shows its country becomes E.164; both are `full`.
    A number with an extension is `virtual`: it is lent to one order. Landlines without a country are `odd`, because
    a shop's switchboard is shared by its people; so are numbers that are typed where none is known (`PLACEHOLDER`).

    Args:
        frame: Holds both columns.
        phone: Column of the text as it stood in the file.
        kind: Column that may already say `virtual`, which stays.
    """
    stripped = pl.col(phone).str.strip_chars()
    text = pl.col(phone)
    known = (
        pl.when(text.is_null())
        .then(pl.lit(_NONE))
        .when(text.str.contains("*", literal=True))
        .then(pl.lit(PhoneKind.MASKED.value))
        .when((pl.col(kind) == PhoneKind.VIRTUAL.value).fill_null(value=False))
        .then(pl.lit(PhoneKind.VIRTUAL.value))
        .when(text.str.contains(PLACEHOLDER))
        .then(pl.lit(PhoneKind.ODD.value))
        .when(text.str.contains(rf"^{MOBILE}$"))
        .then(pl.lit(PhoneKind.FULL.value))
    )
    told = (
        frame.lazy()
        .with_columns(stripped.alias(phone))
        .with_columns(pl.when(text != "").then(text).alias(phone))
        .with_columns(known.alias(kind))
        .collect()
    )
    untold = told.select(phone, kind).filter(pl.col(kind).is_null()).select(pl.col(phone).unique())
    if not untold.is_empty():
        looked_at = untold.select(pl.col(phone), *_looked_at(phone))
        told = (
            told.join(looked_at, on=phone, how="left", maintain_order="left")
            .with_columns(pl.coalesce("seen_phone", phone).alias(phone), pl.coalesce(kind, "seen_kind").alias(kind))
            .drop("seen_phone", "seen_kind")
        )
    return told.with_columns(pl.when(pl.col(kind) != _NONE).then(pl.col(kind)).alias(kind))


def damaged_phone(phone: pl.Expr) -> pl.Expr:
    """Whether a spreadsheet has cut the number; null where there is none."""
    return phone.str.contains_any(["E+", "e+"]) & phone.str.contains(DAMAGED)


def _looked_at(phone: str) -> list[pl.Expr]:
    """`seen_phone` and `seen_kind` of texts that are neither masked nor plain mobiles: few need the dear matches."""
    text = pl.col(phone)
    # digits may be full-width, and a number that was a workbook's comes with its decimals
    narrow = text.str.normalize("NFKC")
    spaceless = narrow.str.replace_all(r"\s", "").str.replace(r"^(\+?\d+)\.0+$", "$1")
    bare = spaceless.str.replace_all(r"[-()]", "")
    mainland = bare.str.extract(_MAINLAND, 1)
    foreign = pl.coalesce(bare.str.extract(_ABROAD, 1), bare.str.extract(_NEIGHBOUR, 1))
    abroad = pl.when(~bare.str.contains(_MAINLAND_LINE)).then(pl.lit("+") + foreign)
    is_cipher = text.str.contains(_CIPHER)
    full = pl.when(~is_cipher).then(pl.coalesce(mainland, abroad))
    kind = (
        pl.when(is_cipher)
        .then(pl.lit(PhoneKind.CIPHER.value))
        .when(narrow.str.contains("*", literal=True))
        .then(pl.lit(PhoneKind.MASKED.value))
        .when(mainland.str.contains(PLACEHOLDER).fill_null(value=False))
        .then(pl.lit(PhoneKind.ODD.value))
        .when(full.is_not_null())
        .then(pl.lit(PhoneKind.FULL.value))
        .when(spaceless.str.contains(_EXTENSION))
        .then(pl.lit(PhoneKind.VIRTUAL.value))
        .otherwise(pl.lit(PhoneKind.ODD.value))
    )
    return [pl.coalesce(full, text).alias("seen_phone"), kind.alias("seen_kind")]
