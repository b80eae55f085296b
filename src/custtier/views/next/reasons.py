"""What stands behind each window in words, for many rows at once."""

import polars as pl

from custtier.text.next_reasons import NEXT_REASONS
from custtier.views.spoken import filled


def reason_text(*, horizon: int, lang: str) -> pl.Expr:
    """A line such as `buys every 31 days, 12 days ago; reckoned with 33 days`.

    Args:
        horizon: How far windows reach.
        lang: A language of `text.next_reasons`.

    Returns:
        Text over `recency_days`, `purchase_days`, `usual_gap_days`, `reckoned_days` (null: not told), `next_from`
        (null: no date) and `horizon_chance` (null: nothing is known).
    """
    templates = NEXT_REASONS[lang]
    chance = pl.col("horizon_chance")
    said = {
        "gap": days_text(pl.col("usual_gap_days")),
        "recency": pl.col("recency_days").cast(pl.String),
        "reckoned": days_text(pl.col("reckoned_days")),
        # never rounded up to the half from which a date is told
        "chance": pl.when(chance < 0.01)
        .then(pl.lit("<1%"))
        .otherwise(pl.concat_str((chance * 100).floor().cast(pl.Int64).cast(pl.String), pl.lit("%"))),
        "horizon": pl.lit(str(horizon)),
    }
    nothing = pl.lit("")
    opening = (
        pl.when(pl.col("purchase_days") > 1)
        .then(filled(templates["rhythm"], said))
        .otherwise(filled(templates["once"], said))
    )
    is_told = pl.col("next_from").is_not_null() & pl.col("reckoned_days").is_not_null()
    reckoned = pl.when(is_told).then(filled(templates["reckoned"], said))
    ending = (
        pl.when(chance.is_null())
        .then(pl.lit(templates["unknown"]))
        .when(pl.col("next_from").is_null())
        .then(filled(templates["no_date"], said))
        .otherwise(nothing)
    )
    return pl.concat_str(opening, reckoned.otherwise(nothing), ending)


def days_text(days: pl.Expr) -> pl.Expr:
    """Whole days from ten on, below with one digit where it is not zero."""
    tenths = (days * 10).round(0).cast(pl.Int64)
    rest = tenths % 10
    decimal = pl.concat_str(
        (tenths // 10).cast(pl.String), pl.when(rest > 0).then("." + rest.cast(pl.String)).otherwise(pl.lit(""))
    )
    return pl.when(days >= 10).then(days.round(0).cast(pl.Int64).cast(pl.String)).otherwise(decimal)
