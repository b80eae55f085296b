"""Rows that are refunds become refunds of their order, which another file may hold."""

import polars as pl

from custtier.keys import key_column
from custtier.schema import REFUNDS, State
from custtier.sources.records import ORDER, REFUND
from custtier.sources.transforms.statuses import DONE, UNKNOWN
from custtier.sources.twins import numbers_among_twins
from custtier.sources.values import Layout


def refund_rows(table: pl.DataFrame, layout: Layout, *, items: pl.DataFrame) -> pl.DataFrame:
    """`schema.REFUNDS` and `at` (the row's place in `table`): one row per kept refund row, its amount positive.

    Args:
        table: Values of the rows, with order keys.
        layout: How they make orders.
        items: `at`, `item_key` and `state` of the rows that are items: a refund that has a day there is that item's.
    """
    taken = pl.col("reason").is_null() & pl.col("left_out").is_null()
    rows = table.filter((pl.col("role") == REFUND) & taken)
    dated = _refunded_on_their_own_row(table.filter((pl.col("role") == ORDER) & taken), items)
    money = [pl.col(name) for name in ("refund_amount", "gross", "amount") if name in rows.columns]
    times = [pl.col(name) for name in ("refunded_at", "paid_at", "created_at") if name in rows.columns]
    rows = rows.with_columns(
        money=pl.coalesce(money).abs() if money else pl.lit(None, dtype=pl.Int64),
        instant=pl.coalesce(times) if times else pl.lit(None, dtype=pl.Datetime("us", "UTC")),
    )
    rows = pl.concat([_with_refund_keys(rows), *dated], how="diagonal_relaxed")
    state = (
        pl.col("refund_state").replace({UNKNOWN: "pending"}).fill_null(DONE)
        if "refund_state" in rows.columns
        else pl.lit(DONE)
    )
    made: dict[str, pl.Expr] = {
        "payment_id": _payment_id(rows, layout.profile.id_cut),
        "refunded_on": pl.col("instant").dt.convert_time_zone(layout.settings.zone).dt.date(),
        "amount": pl.col("money"),
        "state": state,
        "reason": pl.lit(None),
        "source": pl.lit(layout.profile.name),
        "file_instant": pl.lit(None),
        "import_id": pl.lit(None),
    }
    return rows.select(
        *(
            made.get(name, pl.col(name) if name in rows.columns else pl.lit(None)).cast(dtype).alias(name)
            for name, dtype in REFUNDS.items()
        ),
        "at",
    )


def _refunded_on_their_own_row(rows: pl.DataFrame, items: pl.DataFrame) -> list[pl.DataFrame]:
    """Orders and items whose own row says how much was refunded and when: that refund has a day."""
    found: list[pl.DataFrame] = []
    # an item that is refunded as a whole carries no money that its refund could be taken off
    priced = items.filter(pl.col("state").is_null() | (pl.col("state") == State.PAID.value))
    for field in ("refund", "item_refund"):
        if not {field, "refunded_at"} <= set(rows.columns):
            continue
        told = (pl.col(field).abs() > 0) & pl.col("refunded_at").is_not_null()
        dated = rows.filter(told.fill_null(value=False)).with_columns(
            money=pl.col(field).abs(),
            instant="refunded_at",
            refund_state=pl.lit(DONE),
            key_kind=pl.lit(f"stated {field}"),
        )
        key = ["key_platform", "key_kind", "key_order"]
        if field == "item_refund":
            dated = dated.join(priced.select("at", "item_key"), on="at").with_columns(
                pl.col("item_key").cast(pl.String)
            )
            key.append("item_key")
        found.append(dated.with_columns(key_column(dated, key).alias("refund_key")))
    return found


def _payment_id(rows: pl.DataFrame, id_cut: str) -> pl.Expr:
    """The payment that is taken back: the row's own id without what the platform adds to a refund's."""
    if "payment_id" not in rows.columns:
        return pl.lit(None)
    return pl.col("payment_id").str.replace(id_cut, "") if id_cut else pl.col("payment_id")


def _with_refund_keys(rows: pl.DataFrame) -> pl.DataFrame:
    """`refund_key` of the order and the refund's own id, else of order, instant, amount and number among twins."""
    told = pl.concat_str(
        pl.col("key_order"),
        pl.col("instant").cast(pl.String).fill_null(""),
        pl.col("money").cast(pl.String).fill_null(""),
        separator="\x1e",
    )
    rows = rows.with_columns(key_told=told)
    number = numbers_among_twins(rows, same=["key_told"], first=["refund_state"]).cast(pl.String)
    by_facts = pl.concat_str(pl.col("key_told"), number, separator="\x1e")
    if "refund_id" in rows.columns:
        by_id = pl.concat_str(pl.col("key_order").fill_null(""), pl.col("refund_id"), separator="\x1e")
        own = pl.coalesce(by_id, by_facts)
    else:
        own = by_facts
    rows = rows.with_columns(key_kind=pl.lit("refund"), key_refund=own)
    return rows.with_columns(key_column(rows, ["key_platform", "key_kind", "key_refund"]).alias("refund_key"))
