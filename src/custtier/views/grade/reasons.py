"""Why each contact has their letter in words, for many rows at once."""

from collections.abc import Mapping
from typing import Final

import polars as pl

from custtier.text.grade_reasons import GRADE_REASONS
from custtier.views.spoken import filled

_PIECES: Final = ("after_adding", "on_adding", "before_too", "has_left")


def reason_text(*, as_of_day: int, lang: str) -> pl.Expr:
    """A line such as `messages: 3, on days: 2, last 5 days ago`.

    Args:
        as_of_day: Number of the day observed.
        lang: A language of `text.grade_reasons`.

    Returns:
        Text over the columns of `views.leads.leads.COLUMNS`.
    """
    templates = GRADE_REASONS[lang]
    said = _places(as_of_day)
    found = pl.lit(None, dtype=pl.String)
    for code, template in templates.items():
        if code not in _PIECES:
            found = pl.when(pl.col("grade_reason") == code).then(filled(template, said)).otherwise(found)
    is_bought = pl.col("grade_reason") == "bought"
    has_left = (pl.col("grade") == "A") & pl.col("is_deleted")
    knows_gap = is_bought & pl.col("added_on").is_not_null() & pl.col("first_order_on").is_not_null()
    return pl.concat_str(
        found,
        _piece(templates["after_adding"], said, when=knows_gap & (pl.col("first_order_on") > pl.col("added_on"))),
        _piece(templates["on_adding"], said, when=knows_gap & (pl.col("first_order_on") == pl.col("added_on"))),
        _piece(templates["before_too"], said, when=is_bought & pl.col("is_customer_before")),
        _piece(templates["has_left"], said, when=has_left),
    )


def _places(as_of_day: int) -> Mapping[str, pl.Expr]:
    def ago(day: str) -> pl.Expr:
        return (as_of_day - pl.col(day).cast(pl.Int32)).cast(pl.String).fill_null("?")

    def day(name: str) -> pl.Expr:
        return pl.col(name).cast(pl.String).fill_null("?")

    gap = pl.col("first_order_on").cast(pl.Int32) - pl.col("added_on").cast(pl.Int32)
    return {
        "first_order": day("first_order_on"),
        "before": day("bought_before_on"),
        "deleted": day("deleted_on"),
        "gap": gap.cast(pl.String).fill_null("?"),
        "incoming": pl.col("incoming_count").cast(pl.String),
        "outgoing": pl.col("outgoing_count").cast(pl.String),
        "days": pl.col("incoming_days").cast(pl.String),
        "silent": ago("last_incoming_on"),
        "open": ago("open_order_on"),
    }


def _piece(template: str, places: Mapping[str, pl.Expr], *, when: pl.Expr) -> pl.Expr:
    return pl.when(when.fill_null(value=False)).then(filled(template, places)).otherwise(pl.lit(""))
