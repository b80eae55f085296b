"""Phones made comparable, and what each is worth as a key."""

from typing import Final

import polars as pl

from custtier.schema import PhoneKind

MOBILE: Final = r"1[3-9]\d{9}"
"""A mainland mobile number."""

_CIPHER: Final = r"^(?:##|\$\$|~)"
_EXTENSION: Final = rf"^(?:\+86-?|0086-?|86-?)?{MOBILE}(?:-|转|,|，)\d{{1,6}}$"
_MAINLAND: Final = rf"^(?:\+86|0086|86)?({MOBILE})$"
_ABROAD: Final = r"^(?:\+|00)([1-9]\d{6,14})$"
_NEIGHBOUR: Final = r"^((?:852|853)\d{8}|886\d{9})$"
_MAINLAND_LINE: Final = r"^(?:\+|00)86"


def phone_columns(phone: str = "phone", kind: str = "phone_kind") -> list[pl.Expr]:
    """A phone in its comparable form and its kind, under the names of the two columns read.

    A mainland mobile becomes its eleven digits, another number that shows its country becomes E.164; both are `full`.
    A number with an extension is `virtual`: it is lent to one order. Landlines without a country are `odd`, because
    a shop's switchboard is shared by its people.

    Args:
        phone: Column of the text as it stood in the file.
        kind: Column that may already say `virtual`, which stays.
    """
    text = pl.col(phone).str.strip_chars()
    text = pl.when(text != "").then(text)
    spaceless = text.str.replace_all(r"\s", "")
    bare = spaceless.str.replace_all(r"[-()（）]", "")
    mainland = bare.str.extract(_MAINLAND, 1)
    foreign = pl.coalesce(bare.str.extract(_ABROAD, 1), bare.str.extract(_NEIGHBOUR, 1))
    abroad = pl.when(~bare.str.contains(_MAINLAND_LINE)).then(pl.lit("+") + foreign)
    full = pl.coalesce(mainland, abroad)
    found = (
        pl.when(text.is_null())
        .then(None)
        .when(text.str.contains(_CIPHER))
        .then(pl.lit(PhoneKind.CIPHER.value))
        .when(text.str.contains("*", literal=True))
        .then(pl.lit(PhoneKind.MASKED.value))
        .when((pl.col(kind) == PhoneKind.VIRTUAL.value).fill_null(value=False))
        .then(pl.lit(PhoneKind.VIRTUAL.value))
        .when(full.is_not_null())
        .then(pl.lit(PhoneKind.FULL.value))
        .when(spaceless.str.contains(_EXTENSION))
        .then(pl.lit(PhoneKind.VIRTUAL.value))
        .otherwise(pl.lit(PhoneKind.ODD.value))
    )
    comparable = pl.when(found == PhoneKind.FULL.value).then(full).otherwise(text)
    return [comparable.alias(phone), found.alias(kind)]
