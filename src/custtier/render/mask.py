"""Personal fields made unrecognisable, a whole column at a time."""

from collections.abc import Callable, Mapping
from typing import Final

import polars as pl

from custtier.render.personal import masked_cells
from custtier.text.titles import one_side

CJK: Final = r"\p{Han}"
"""Scripts whose names are written without spaces and are short."""


def masked_name(name: pl.Expr) -> pl.Expr:
    """The first character and stars: 张三 → 张*, John Smith → J***; one character alone becomes a star.

    A name of up to four Chinese characters keeps its length, anything else ends in three stars.
    """
    text = name.str.strip_chars()
    first = text.str.slice(0, 1)
    length = text.str.len_chars()
    chinese = text.str.contains(rf"^{CJK}[{CJK}*＊]{{1,3}}$")
    stars = pl.when(length == 2).then(pl.lit("*")).when(length == 3).then(pl.lit("**")).otherwise(pl.lit("***"))
    return (
        pl.when(text == "")
        .then(text)
        .when(length == 1)
        .then(pl.lit("*"))
        .when(chinese)
        .then(first + stars)
        .otherwise(first + "***")
    )


def masked_phone(phone: pl.Expr) -> pl.Expr:
    """The first three and the last four characters: 13812345678 → 138****5678; of a short number the last two."""
    text = phone.str.strip_chars()
    length = text.str.len_chars()
    return (
        pl.when(length >= 10)
        .then(text.str.slice(0, 3) + "****" + text.str.slice(-4))
        .when(length >= 5)
        .then("****" + text.str.slice(-2))
        .when(length > 0)
        .then(pl.lit("****"))
        .otherwise(text)
    )


def masked_email(email: pl.Expr) -> pl.Expr:
    """The first character and the domain: john@example.com → j***@example.com; what is no address as a name."""
    text = email.str.strip_chars()
    return (
        pl.when(text.str.contains(r"^[^@]+@[^@]+$"))
        .then(text.str.slice(0, 1) + "***@" + text.str.extract(r"@([^@]+)$"))
        .otherwise(masked_name(text))
    )


def masked_account(account: pl.Expr) -> pl.Expr:
    """The first and the last character: amy_buys → a***s; of three characters and fewer the first alone."""
    text = account.str.strip_chars()
    length = text.str.len_chars()
    return (
        pl.when(text.str.contains(r"^.\*{3}.?$"))
        .then(text)
        .when(length > 3)
        .then(text.str.slice(0, 1) + "***" + text.str.slice(-1))
        .when(length > 1)
        .then(text.str.slice(0, 1) + "***")
        .when(length == 1)
        .then(pl.lit("*"))
        .otherwise(text)
    )


MASKS: Final[Mapping[str, Callable[[pl.Expr], pl.Expr]]] = {
    "name": masked_name,
    "referrer": masked_name,
    "referrer_name": masked_name,
    "named_as": masked_name,
    "person": masked_name,
    "phone": masked_phone,
    "email": masked_email,
    "account": masked_account,
    "cells": lambda cells: cells.map_batches(masked_cells, return_dtype=pl.String),
}
"""Column → its mask. Any other personal column is masked as an account."""


def masked(frame: pl.DataFrame, personal: list[str]) -> pl.DataFrame:
    """The frame with its personal columns masked; nulls stay null."""
    masks = {column: MASKS.get(one_side(column), masked_account) for column in personal}
    return frame.with_columns(mask(pl.col(column)).alias(column) for column, mask in masks.items())
