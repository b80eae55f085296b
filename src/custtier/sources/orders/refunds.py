"""Rows that are refunds become refunds of their order, which another file may hold."""

import polars as pl

from custtier.keys import key_column
from custtier.schema import REFUNDS, State
from custtier.sources.formats.profile import Profile
from custtier.sources.no_records import SECTION
from custtier.sources.orders.items import key_of_line
from custtier.sources.orders.values import Layout, refund_money
from custtier.sources.records import ORDER, REFUND
from custtier.sources.transforms.statuses import DONE, UNKNOWN
from custtier.sources.twins import numbers_among_twins


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
    times = [pl.col(name) for name in ("refunded_at", "paid_at", "created_at") if name in rows.columns]
    rows = rows.with_columns(
        money=refund_money(rows).abs(),
        instant=pl.coalesce(times) if times else pl.lit(None, dtype=pl.Datetime("us", "UTC")),
    )
    if "is_undated" in rows.columns:
        rows = rows.with_columns(instant=pl.when(~pl.col("is_undated")).then("instant"))
    rows = _with_refund_keys(rows, layout.profile)
    rows = pl.concat([_with_item_keys(rows), *dated], how="diagonal_relaxed")
    state = (
        pl.col("refund_state").replace({UNKNOWN: "pending"}).fill_null(DONE)
        if "refund_state" in rows.columns
        else pl.lit(DONE)
    )
    made: dict[str, pl.Expr] = {
        "refund_id": _refund_id(rows, layout.profile.platform),
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


def _with_item_keys(rows: pl.DataFrame) -> pl.DataFrame:
    """`item_key` of the line that a refund row names; null where it names none."""
    if "line_id" not in rows.columns:
        return rows.with_columns(item_key=pl.lit(None, dtype=pl.Int64))
    return rows.with_columns(key_of_line(rows).alias("item_key"))


def _refund_id(rows: pl.DataFrame, platform: str) -> pl.Expr:
    """The refund's number where it is of the platform on which the order was placed: other sources may show it too."""
    if "refund_id" not in rows.columns:
        return pl.lit(None)
    return pl.when(pl.col("key_platform") == platform).then(pl.col("refund_id"))


def _payment_id(rows: pl.DataFrame, id_cut: str) -> pl.Expr:
    """The payment that is taken back: the row's own id without what the platform adds to a refund's."""
    if "payment_id" not in rows.columns:
        return pl.lit(None)
    return pl.col("payment_id").str.replace(id_cut, "") if id_cut else pl.col("payment_id")


def _with_refund_keys(rows: pl.DataFrame, profile: Profile) -> pl.DataFrame:
    """`refund_key` of the order and the refund's own id, else of order, instant, amount and number among twins.

    A movement of money has a number of its own. A format that tells of refunds alone keys them apart from others: what
    two of them show of one order is compared when it is netted.
    """
    order = pl.col("key_order")
    if "payment_id" in rows.columns:
        order = pl.coalesce(order, pl.col("payment_id"))
    told = pl.concat_str(
        order,
        pl.col("instant").cast(pl.String).fill_null(""),
        pl.col("money").cast(pl.String).fill_null(""),
        separator="\x1e",
    )
    rows = rows.with_columns(key_told=told)
    number = numbers_among_twins(rows, same=["sheet_number", SECTION, "key_told"], first=["refund_state"]).cast(
        pl.String
    )
    own = pl.concat_str(pl.col("key_told"), number, separator="\x1e")
    for name in ("refund_id", "movement_id"):
        if name in rows.columns and not (profile.refund_parts and name == "refund_id"):
            own = pl.coalesce(pl.concat_str(order.fill_null(""), pl.col(name), separator="\x1e"), own)
    kind = f"{REFUND} {profile.name}" if profile.kind == REFUND else REFUND
    rows = rows.with_columns(key_kind=pl.lit(kind), key_refund=own)
    return rows.with_columns(key_column(rows, ["key_platform", "key_kind", "key_refund"]).alias("refund_key"))
