"""Writes a synthetic set of facts as the store keeps it: ten million orders of a million accounts, by default.

    python bench/make_purchases.py FOLDER [ORDERS [ACCOUNTS]]

Four Parquet files: purchases (sorted by account, day, order), dated_refunds, accounts, customers. Deterministic.
"""

import sys
from pathlib import Path

import polars as pl

from custtier import schema

FIRST_DAY = 18_993  # 2022-01-01
DAYS = 1_460
ROW_GROUP = 1_000_000


def draw(seed: int, *, of: str = "number") -> pl.Expr:
    """A number in [0, 1) for each row, from the hash of a column."""
    return (pl.col(of).hash(seed) / 2.0**64).clip(0, 1 - 1e-12)


def key(seed: int, *, of: str = "number") -> pl.Expr:
    """A signed 64-bit key for each row."""
    return pl.col(of).hash(seed).reinterpret(signed=True)


def make_purchases(*, orders: int, accounts: int) -> pl.DataFrame:
    """One order for each account, the rest to the accounts by a heavy-tailed appetite, as in a shop."""
    numbered = pl.select(pl.int_range(orders).alias("number"))
    owner = (
        pl.when(pl.col("number") < accounts)
        .then(pl.col("number"))
        .otherwise((accounts * draw(1).pow(2.2)).floor().cast(pl.Int64))
    )
    closed = draw(6) < 0.002
    return (
        numbered.with_columns(
            owner=owner,
            order_key=key(2),
            order_day=(FIRST_DAY + DAYS * draw(3).pow(0.7)).floor().cast(pl.Int32),
            gross=(1000 * (-draw(4).log1p() - (1 - draw(4)).log() + 0.2) ** 2).floor().cast(pl.Int64) * 10 + 990,
        )
        .with_columns(
            account_key=pl.when(draw(5) < 0.01).then(None).otherwise(key(7, of="owner")),
            ordered_on=pl.from_epoch("order_day", time_unit="d"),
            undated_refund=pl.when(closed | (draw(8) < 0.02)).then(pl.col("gross")).otherwise(0),
            is_closed=closed,
            currency=pl.lit("CNY"),
            shop=pl.when(draw(9) < 0.5).then(pl.lit("first")).otherwise(pl.lit("second")),
            source=pl.lit("taobao-orders"),
        )
        .pipe(schema.conform, schema.PURCHASES)
        .sort("account_key", "order_day", "order_key")
    )


def with_refunds(purchases: pl.DataFrame, refunds: pl.DataFrame) -> pl.DataFrame:
    """The purchases with the sum of their dated refunds."""
    sums = refunds.group_by("order_key").agg(pl.col("amount").sum().alias("dated"))
    return purchases.join(sums, on="order_key", how="left", maintain_order="left").select(
        pl.col("dated").fill_null(0).alias(name) if name == "dated_refund" else pl.col(name)
        for name in schema.PURCHASES
    )


def make_refunds(purchases: pl.DataFrame) -> pl.DataFrame:
    """A refund within a month for three orders of a hundred, half of them in full."""
    return (
        purchases.filter((draw(11, of="order_key") < 0.03) & (pl.col("undated_refund") == 0))
        .select(
            "order_key",
            refund_day=pl.col("order_day") + (30 * draw(12, of="order_key")).floor().cast(pl.Int32),
            amount=pl.when(draw(13, of="order_key") < 0.5).then(pl.col("gross")).otherwise(pl.col("gross") // 3),
        )
        .with_columns(refunded_on=pl.from_epoch("refund_day", time_unit="d"))
        .pipe(schema.conform, schema.DATED_REFUNDS)
        .sort("order_key")
    )


def make_people(accounts: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """One account of a hundred is merged into the one before it; everyone has an id, a name and a phone."""
    numbered = pl.select(pl.int_range(accounts).alias("number"))
    merged = numbered.filter(pl.col("number") % 100 == 1).select(
        account_key=key(7), customer_key=(pl.col("number") - 1).hash(7).reinterpret(signed=True)
    )
    digits = pl.col("number").hash(14).cast(pl.String).str.zfill(20)
    customers = (
        numbered.filter(pl.col("number") % 100 != 1)
        .select(
            customer_key=key(7),
            customer_id=pl.concat_str(pl.lit("c_"), digits.str.tail(12)),
            name=pl.concat_str(pl.lit("王"), (pl.col("number") % 9_973).cast(pl.String)),
            phone=pl.concat_str(pl.lit("13"), digits.str.tail(9)),
            platforms=pl.lit("taobao"),
        )
        .pipe(schema.conform, schema.CUSTOMERS)
    )
    return merged.sort("account_key"), customers.sort("customer_id")


def write_facts(folder: Path, *, orders: int, accounts: int) -> None:
    """Writes the four files into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    purchases = make_purchases(orders=orders, accounts=accounts)
    refunds = make_refunds(purchases)
    merged, customers = make_people(accounts)
    frames = {
        "purchases": with_refunds(purchases, refunds),
        "dated_refunds": refunds,
        "accounts": merged,
        "customers": customers,
    }
    for name, frame in frames.items():
        frame.write_parquet(folder / f"{name}.parquet", compression="zstd", row_group_size=ROW_GROUP)


if __name__ == "__main__":
    counts = [int(number) for number in sys.argv[2:]]
    write_facts(
        Path(sys.argv[1]),
        orders=counts[0] if counts else 10_000_000,
        accounts=counts[1] if len(counts) > 1 else 1_000_000,
    )
