"""Writes twenty million chat rows with a million contacts, some of whom bought: what `grade` is measured on.

The rows stand contact by contact, as programs that export chats write them.
"""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl

from custtier.demo import draws
from custtier.demo.cells import instant
from custtier.periods import day_number

SEED = 26
CONTACTS = 1_000_000
SLICE = 50_000
AGENTS = ("小陈", "小林", "小周", "阿芳", "阿强", "小吴")
CHANNELS = ("抖音直播", "小红书", "朋友推荐", "社群", "线下门店", "视频号")
KINDS = ("文本", "文本", "文本", "文本", "文本", "图片", "语音", "表情")
DAY_SECONDS = 86_400
FIRST_DAY = day_number(date(2024, 1, 1))
DAYS = 900


def contacts(start: int, count: int) -> pl.DataFrame:
    """Contacts by their number: when added, by whom, how they talk."""
    row = pl.col("row")
    return (
        pl.DataFrame({"person": pl.int_range(start, start + count, eager=True, dtype=pl.UInt32)})
        .with_columns(row=draws.base(SEED, "person"))
        .with_columns(
            added_s=(FIRST_DAY + draws.below(row, "day", DAYS - 60)) * DAY_SECONDS + draws.below(row, "second", 80_000),
            agent=draws.chosen(row, "agent", AGENTS),
            is_silent=draws.happens(row, "silent", per_mille=300),
            buys=draws.happens(row, "buys", per_mille=250),
            name=pl.lit("wxid_")
            + (pl.col("person").cast(pl.Int64) * 314_159_261 % 10**12).cast(pl.String).str.zfill(12),
        )
    )


def contact_rows(found: pl.DataFrame) -> pl.DataFrame:
    """The contact list with its Chinese headers."""
    row = pl.col("row")
    return found.select(
        pl.col("name").alias("微信号"),
        (pl.lit("友") + (row % 997).cast(pl.String)).alias("昵称"),
        instant(pl.col("added_s")).alias("添加时间"),
        draws.chosen(row, "channel", CHANNELS).alias("渠道"),
        pl.col("agent").alias("员工"),
    )


def chat_rows(found: pl.DataFrame) -> pl.DataFrame:
    """Twenty messages a contact on average, over up to sixty days; a third of the contacts never answer."""
    row, turn = pl.col("row"), pl.col("turn")
    ours = (pl.col("message") == 0) | (pl.col("is_silent")) | draws.happens(turn, "ours", per_mille=450)
    count = pl.when("is_silent").then(2 + draws.below(row, "few", 5)).otherwise(2 + draws.below(row, "many", 51))
    return (
        found.with_columns(message=pl.int_ranges(0, count, dtype=pl.Int64), span=1 + draws.below(row, "span", 60))
        .explode("message", empty_as_null=False)
        .with_columns(turn=draws.base(SEED, "person", "message"))
        .with_columns(sent_s=pl.col("added_s") + draws.below(turn, "sent", pl.col("span") * DAY_SECONDS))
        .sort("person", "sent_s")
        .select(
            pl.col("name").alias("微信号"),
            pl.col("agent").alias("员工"),
            instant(pl.col("sent_s")).alias("时间"),
            pl.when(ours).then(pl.lit("发出")).otherwise(pl.lit("收到")).alias("方向"),
            draws.chosen(turn, "kind", KINDS).alias("类型"),
        )
    )


def order_rows(found: pl.DataFrame) -> pl.DataFrame:
    """One or two orders of each who buys, in the sixty days after being added."""
    row, turn = pl.col("row"), pl.col("turn")
    return (
        found.filter("buys")
        .with_columns(order=pl.int_ranges(0, 1 + draws.below(row, "orders", 2), dtype=pl.Int64))
        .explode("order", empty_as_null=False)
        .with_columns(turn=draws.base(SEED, "person", "order"))
        .select(
            (pl.col("person").cast(pl.String) + pl.lit("-") + pl.col("order").cast(pl.String)).alias("订单号"),
            pl.col("name").alias("微信号"),
            instant(pl.col("added_s") + draws.below(turn, "after", 60 * DAY_SECONDS)).alias("下单时间"),
            (20 + draws.below(turn, "amount", 900)).alias("金额"),
        )
    )


FILES: dict[str, Callable[[pl.DataFrame], pl.DataFrame]] = {
    "chat_contacts.csv": contact_rows,
    "chats.csv": chat_rows,
    "chat_orders.csv": order_rows,
}


def make_chat_files(folder: Path, *, count: int = CONTACTS) -> list[Path]:
    """The three files; those that are there already are kept."""
    made = []
    for name, rows_of in FILES.items():
        path = folder / name
        made.append(path)
        if path.exists():
            continue
        unfinished = path.with_suffix(".unfinished")
        with unfinished.open("wb") as file:
            for start in range(0, count, SLICE):
                rows = rows_of(contacts(start, min(SLICE, count - start)))
                file.write(rows.write_csv(include_header=start == 0).encode())
        unfinished.rename(path)
    return made
