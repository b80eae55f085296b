"""Refunds that several sources show, each once: an after-sales list and a bill tell of the same money (rule R5)."""

import polars as pl

_DONE = "done"
_PER_SOURCE = ["order_key", "source"]
_PER_ID = ["order_key", "refund_id", "source"]
_NO_SOURCE = ""
"""In place of a source: the refunds of all sources that have a number of the platform, each number once."""


def done_once(refunds: pl.DataFrame) -> pl.DataFrame:
    """The refunds that were done and took something back; of an order that several sources tell of, one view of them.

    A source may not tell of every refund, so the view with the largest sum counts: the rows of one source, or all
    refunds with a number of the platform, each number once. Of equal sums the one with more days counts.

    Args:
        refunds: As `fold_refunds` gives them.

    Returns:
        Some of the rows.
    """
    done = refunds.filter((pl.col("state") == _DONE) & (pl.col("amount") > 0))
    if done["source"].n_unique() < 2:
        return done
    torn = (
        done.filter(pl.col("order_key").is_not_null())
        .group_by("order_key")
        .agg(pl.col("source").n_unique().alias("sources"))
        .filter(pl.col("sources") > 1)
    )
    if torn.is_empty():
        return done
    shown = done.join(torn, on="order_key", how="semi")
    numbered = _largest_of_each_number(shown)
    views = pl.concat([_sums(shown), _sums(numbered.with_columns(source=pl.lit(_NO_SOURCE)))])
    best = views.sort("order_key", "total", "dated", "source", descending=[False, True, True, False]).unique(
        "order_key", keep="first", maintain_order=True
    )
    of_all = best.filter(pl.col("source") == _NO_SOURCE)
    return pl.concat(
        [
            done.join(torn, on="order_key", how="anti"),
            shown.join(best, on=_PER_SOURCE, how="semi"),
            numbered.join(of_all, on="order_key", how="semi"),
        ]
    )


def _sums(rows: pl.DataFrame) -> pl.DataFrame:
    """What each view of an order comes to: `total`, and `dated`, the part with a day."""
    dated = pl.col("amount").filter(pl.col("refunded_on").is_not_null()).sum()
    return rows.group_by(_PER_SOURCE).agg(pl.col("amount").sum().alias("total"), dated.alias("dated"))


def _largest_of_each_number(shown: pl.DataFrame) -> pl.DataFrame:
    """Of each numbered refund the rows of the source that tells the most of it; it may be paid back in parts."""
    numbered = shown.filter(pl.col("refund_id").is_not_null())
    dated = pl.col("amount").filter(pl.col("refunded_on").is_not_null()).sum()
    totals = numbered.group_by(_PER_ID).agg(pl.col("amount").sum().alias("total"), dated.alias("dated"))
    best = totals.sort(
        "order_key", "refund_id", "total", "dated", "source", descending=[False, False, True, True, False]
    ).unique(["order_key", "refund_id"], keep="first", maintain_order=True)
    return numbered.join(best, on=_PER_ID, how="semi")
