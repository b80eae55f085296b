"""Readings made by hand: what a file would have given, without a file."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import polars as pl

from custtier.facts import Note
from custtier.keys import key_column, key_of
from custtier.schema import ITEMS, LIST_KEYS, LISTS, ORDERS, REFUNDS, REJECTS, Table, conform, empty
from custtier.sources.reading import RECORDS, Reading

ID_KEY = b"0123456789abcdef0123456789abcdef"


def at(text: str) -> datetime:
    """An instant written as `2026-03-01` or `2026-03-01 10:00`, UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def order(order_id: str, **fields: Any) -> dict[str, Any]:
    """One paid Taobao order of 100.00; `fields` say what differs."""
    filled: dict[str, Any] = {
        "kind": "order",
        "platform": "taobao",
        "order_id": order_id,
        "account": "buyer",
        "account_kind": "account",
        "state": "paid",
        "ordered_at": at("2026-03-01 10:00"),
        "paid_at": at("2026-03-01 10:01"),
        "gross": 10000,
        "currency": "CNY",
        **fields,
    }
    filled["order_key"] = key_of(f"{filled['platform']}\x1f{order_id}")
    return filled


def item(order_id: str, product: str, **fields: Any) -> dict[str, Any]:
    platform = fields.pop("platform", "taobao")
    return {
        "order_key": key_of(f"{platform}\x1f{order_id}"),
        "item_key": key_of(f"{platform}\x1f{order_id}\x1f{product}"),
        "product": product,
        **fields,
    }


def refund(refund_id: str, order_id: str | None, amount: int, **fields: Any) -> dict[str, Any]:
    platform = fields.pop("platform", "taobao")
    return {
        "refund_key": key_of(f"refund\x1f{platform}\x1f{refund_id}"),
        "order_key": None if order_id is None else key_of(f"{platform}\x1f{order_id}"),
        "amount": amount,
        "state": "done",
        **fields,
    }


def reading(
    orders: Sequence[Mapping[str, Any]] = (),
    items: Sequence[Mapping[str, Any]] = (),
    refunds: Sequence[Mapping[str, Any]] = (),
    *,
    instant: str | None = "2026-04-01",
    path: str = "orders.csv",
    profile: str = "taobao-orders",
    rejected: int = 0,
    excluded: int = 0,
    notes: tuple[Note, ...] = (),
) -> Reading:
    """A file of these rows: a record for every order without items, every item and every refund."""
    file_instant = None if instant is None else at(instant)
    own = _frame(orders, ORDERS, file_instant, profile)
    lines = _frame(items, ITEMS, file_instant, profile)
    returned = _frame(refunds, REFUNDS, file_instant, profile)
    bare = own.join(lines.select("order_key"), on="order_key", how="anti")
    kept = pl.concat(
        [
            conform(bare.select("order_key"), RECORDS),
            conform(lines.select("order_key", "item_key"), RECORDS),
            conform(returned.select("order_key", "refund_key"), RECORDS),
        ]
    ).with_columns(outcome=pl.lit("kept"))
    left_out = pl.DataFrame(
        {"outcome": ["excluded"] * excluded + ["rejected"] * rejected}, schema={"outcome": pl.String}
    )
    left_out = conform(left_out, RECORDS).with_columns(
        reason=pl.when(pl.col("outcome") == "excluded").then(pl.lit("trailer")).otherwise(pl.lit("bad_amount"))
    )
    records = pl.concat([kept, left_out])
    rejects = conform(
        pl.DataFrame({"row": list(range(2, 2 + rejected))}, schema={"row": pl.Int32}).with_columns(
            file=pl.lit(path), reason=pl.lit("bad_amount"), column=pl.lit("amount"), cells=pl.lit('{"amount": "x"}')
        ),
        REJECTS,
    )
    return Reading(
        path=path,
        profile=profile,
        encoding="utf-8",
        header_row=1,
        rows_read=records.height,
        file_instant=file_instant,
        orders=own,
        items=lines,
        refunds=returned,
        records=records,
        rejects=rejects,
        notes=notes,
    )


def _frame(rows: Sequence[Mapping[str, Any]], table: Table, instant: datetime | None, profile: str) -> pl.DataFrame:
    if not rows:
        return empty(table)
    columns = {name: [row.get(name) for row in rows] for name in table}
    frame = pl.DataFrame(columns, schema=dict(table))
    return frame.with_columns(
        pl.col("source").fill_null(profile), pl.col("file_instant").fill_null(pl.lit(instant)), row=pl.lit(2, pl.Int32)
    )


def contact(account: str | None, agent: str = "小王", **fields: Any) -> dict[str, Any]:
    """One WeChat contact of an agent; `fields` say what differs."""
    return {
        "contact_key": key_of(f"contact\x1f{account}\x1f{agent}"),
        "platform": "wechat",
        "account": account,
        "account_kind": "account",
        "agent": agent,
        **fields,
    }


def message(account: str, sent: str, *, direction: str = "in", kind: str = "text", number: int = 1) -> dict[str, Any]:
    return {
        "message_key": key_of(f"message\x1f{account}\x1f{sent}\x1f{direction}\x1f{kind}\x1f{number}"),
        "platform": "wechat",
        "account": account,
        "account_kind": "account",
        "agent": "小王",
        "sent_at": at(sent),
        "direction": direction,
        "kind": kind,
    }


def link(person: str, account: str, *, decision: str = "same", platform: str = "taobao") -> dict[str, Any]:
    return {
        "link_key": key_of(f"link\x1f{person}\x1f{platform}\x1f{account}"),
        "person": person,
        "platform": platform,
        "account": account,
        "account_kind": "account",
        "decision": decision,
    }


def listing(
    instant: str | None = "2026-04-01", path: str = "list.csv", **lists: Sequence[Mapping[str, Any]]
) -> Reading:
    """A file of lists, such as `contacts=[contact("a")]`."""
    file_instant = None if instant is None else at(instant)
    frames = {name: _frame(rows, LISTS[name], file_instant, f"generic-{name}") for name, rows in lists.items()}
    kept = [conform(frame.select(list_key=LIST_KEYS[name]), RECORDS) for name, frame in frames.items()]
    records = pl.concat(kept).with_columns(outcome=pl.lit("kept"))
    bare = reading(instant=instant, path=path)
    return replace(bare, profile="generic-list", rows_read=records.height, records=records, lists=frames)


def many(count: int, *, start: int = 0, instant: str = "2026-04-01", accounts: int | None = None) -> Reading:
    """A file of `count` single-item-less orders, quickly."""
    numbers = pl.DataFrame({"number": pl.int_range(start, start + count, eager=True)})
    buyers = accounts or max(1, count // 2)
    frame = numbers.select(
        platform=pl.lit("taobao"),
        kind=pl.lit("order"),
        order_id=pl.lit("2026") + pl.col("number").cast(pl.String).str.zfill(14),
        account=pl.lit("tb") + (pl.col("number") * 7919 % buyers).cast(pl.String),
        account_kind=pl.lit("account"),
        name=pl.lit("张") + (pl.col("number") % 997).cast(pl.String),
        phone=pl.lit("138") + (pl.col("number") * 7919 % buyers).cast(pl.String).str.zfill(8),
        province=pl.lit("浙江省"),
        city=pl.lit("杭州市"),
        state=pl.lit("paid"),
        ordered_at=pl.lit(at("2024-01-01")) + pl.duration(minutes=pl.col("number") % 1_000_000),
        paid_at=pl.lit(at("2024-01-01")) + pl.duration(minutes=pl.col("number") % 1_000_000 + 1),
        gross=pl.col("number") % 50_000 + 100,
        stated_refund=pl.lit(0),
        currency=pl.lit("CNY"),
        shop=pl.lit("一号店"),
        source=pl.lit("taobao-orders"),
        file_instant=pl.lit(at(instant)),
        row=pl.col("number") - start + 2,
    )
    frame = conform(frame.with_columns(key_column(frame, ["platform", "order_id"]).alias("order_key")), ORDERS)
    records = conform(frame.select("row", "order_key", outcome=pl.lit("kept")), RECORDS)
    return Reading(
        path="many.csv",
        profile="taobao-orders",
        encoding="utf-8",
        header_row=1,
        rows_read=count,
        file_instant=at(instant),
        orders=frame,
        items=empty(ITEMS),
        refunds=empty(REFUNDS),
        records=records,
        rejects=empty(REJECTS),
    )
