"""Cells become clean text: null tokens, ciphertext and masks are told apart from values."""

import html
from typing import Final

import polars as pl

NULL_TOKENS: Final = (
    "", "-", "--", "—", "——", "/", "null", "NULL", "Null", "None", "nan", "NaN", "N/A", "无", "\\N",
)  # fmt: skip
ERROR_WORDS: Final = (
    "#REF!", "#N/A", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#GETTING_DATA", "#DATA!", "#SPILL!", "#CALC!",
)  # fmt: skip
"""What a spreadsheet shows where a formula failed: nobody's name or number, and no amount or time either."""

_CIPHER: Final = r"^(##.*##|\$\$.*\$\$|##.{8,}|\$\$.{8,})$"
_DAMAGED_ID: Final = r"^[+-]?(\d+\.\d+|\d+\.|\d*\.?\d+[eE]\+?\d+)$"


def trimmed(name: str, *, prefix: str = "") -> pl.Expr:
    """The text of a column without white space around it.

    Args:
        name: The column.
        prefix: A character that the format puts in front of every cell.
    """
    text = pl.col(name).str.strip_chars()
    return text.str.strip_prefix(prefix).str.strip_chars() if prefix else text


def without_null_tokens(name: str, *, keeps_errors: bool = True) -> pl.Expr:
    """The text of a column, null where it only says that there is nothing.

    Args:
        name: The column.
        keeps_errors: Whether a failed formula stays, as where it would be read as a value and found bad: a blank
            amount counts as none, and this one is not known.
    """
    nothing = NULL_TOKENS if keeps_errors else (*NULL_TOKENS, *ERROR_WORDS)
    return pl.when(~pl.col(name).is_in(nothing)).then(pl.col(name)).alias(name)


def cleaned(text: pl.Series) -> pl.Series:
    """The text without white space around it, null where it only says that there is nothing."""
    return text.to_frame().with_columns(trimmed(text.name)).select(without_null_tokens(text.name)).to_series()


def plain_width(text: pl.Series) -> pl.Series:
    """The text with digits and signs of the usual width, as a Chinese keyboard may not type them.

    Examples:
        >>> plain_width(pl.Series(["￥１，２９９．００", "２０２６－０１－０５", None])).to_list()
        ['¥1,299.00', '2026-01-05', None]
    """
    return text.str.normalize("NFKC")


def unguarded(text: pl.Expr) -> pl.Expr:
    """A text without the guards that spreadsheets need: `="…"`, a leading `'`, a backtick."""
    return text.str.strip_chars("=\"'` \t")


def unescaped(text: pl.Series) -> pl.Series:
    """The text as a web page shows it: `&quot;` is a quotation mark.

    Examples:
        >>> unescaped(pl.Series(["12&quot; plate", "plain", None])).to_list()
        ['12" plate', 'plain', None]
    """
    marked = text.filter(text.str.contains("&", literal=True)).unique()
    if marked.is_empty():
        return text
    shown = pl.Series([html.unescape(one) for one in marked.to_list()], dtype=pl.String)
    return text.replace(marked, shown)


def id_of(bare: pl.Expr) -> pl.Expr:
    """The id that an unguarded text is, null where guards were all that stood there."""
    return pl.when(bare != "").then(bare)


def readable(text: pl.Expr) -> pl.Expr:
    """The text, or null where it is ciphertext."""
    return pl.when(~is_cipher(text)).then(text)


def is_cipher(text: pl.Expr) -> pl.Expr:
    """Whether the text is ciphertext: `##…##`, `$$…$$`."""
    return text.str.contains(_CIPHER)


def is_masked(text: pl.Expr) -> pl.Expr:
    """Whether stars hide a part of the text."""
    return text.str.contains_any(["*", "＊", "•"])


def is_damaged_id(text: pl.Expr) -> pl.Expr:
    """Whether a spreadsheet has turned the id into a number and lost digits."""
    return text.str.contains(_DAMAGED_ID)
