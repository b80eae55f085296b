"""Whether imports have changed a period after it was over, and where the report of then is found."""

import re
from datetime import date

import narwhals.stable.v2 as nw
import polars as pl

from custtier.facts import Facts, Note
from custtier.metrics.frames import polars_behind
from custtier.metrics.scope import Scope, in_scope
from custtier.settings import store_folder
from custtier.views.spoken import spoken_money
from custtier.workflows.question import Question
from custtier.workflows.scoping import scope_of


def late_notes(facts: Facts, question: Question) -> tuple[Note, ...]:
    """A remark where imports changed orders up to `as_of` after others had told of them; none else.

    Nothing is looked at without `as_of`: the last day known can have changed by no later import.

    Args:
        facts: What the question is answered from: orders that it left out do not count.
        question: Uses `store`, `as_of`, `as_known_on` and the filters.
    """
    if question.files or question.as_of is None:
        return ()
    from custtier.store import Store

    store = Store(store_folder(question.store, question.settings), settings=question.settings)
    late = store.late_changes(question.as_of, as_known_on=question.as_known_on)
    if late is None:
        return ()
    scope = scope_of(question, is_of_period=True)
    before, after = (_used(rows, scope, question.as_of) for rows in (late.before, late.after))
    # what rules or tags leave out now, they would have left out then
    shown = facts.purchases.select("order_key").join(late.after.lazy().select("order_key"), on="order_key", how="semi")
    left_out = late.after.join(shown.collect(), on="order_key", how="anti").select("order_key")
    both = before.join(after, on="order_key", how="full", coalesce=True, suffix="_after")
    both = both.join(left_out, on="order_key", how="anti").with_columns(pl.col("net", "net_after").fill_null(0))
    changed = both.filter(pl.col("net") != pl.col("net_after"))
    if changed.is_empty():
        return ()
    differences = (
        changed.group_by(pl.coalesce("currency_after", "currency").alias("currency"))
        .agg((pl.col("net_after") - pl.col("net")).sum().alias("difference"))
        .sort("currency")
    )
    return (
        Note(
            "late_data",
            {
                "since": late.known_on,
                "orders": changed.height,
                "sales": ", ".join(_spoken(*row[::-1]) for row in differences.iter_rows()),
                "as_of": question.as_of,
            },
        ),
    )


def _used(rows: pl.DataFrame, scope: Scope, as_of: date) -> pl.DataFrame:
    """`order_key`, `net`, `currency` of the purchases that the question uses."""
    kept = polars_behind(in_scope(nw.from_native(rows.lazy()), scope=scope, as_of=as_of))
    return kept.filter(pl.col("net") > 0).select("order_key", "net", "currency").collect()


def _spoken(difference: int, currency: str) -> str:
    """An amount more or less; the sign stands before the number."""
    return re.sub(r"(?<![\d.,+-])(?=\d)", "+" if difference > 0 else "", spoken_money(difference, currency), count=1)
