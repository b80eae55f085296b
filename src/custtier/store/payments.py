"""Which orders a payment bill completes, and which of its rows are no sales of their own, by rule R5."""

from dataclasses import dataclass
from typing import Final

import polars as pl

from custtier.schema import AccountKind, State

PAYMENT: Final = "payment"


@dataclass(frozen=True)
class Payments:
    """What payments that several orders share come to.

    Args:
        hosts: One row per order that stands for a shared payment: `order_key`, `payment_id`.
        absorbed: One row per order that is only another record of such a payment: `order_key`, `payment_id`,
            `order_id`, `stated` (refund that it states itself).
    """

    hosts: pl.DataFrame
    absorbed: pl.DataFrame


def shared_payments(orders: pl.DataFrame) -> Payments:
    """The hosts and the absorbed rows of every payment.

    A shop's orders with money host their payment. A payment that no such order shows is hosted by one of its own
    rows, because two bills may show the same payment: the earliest, then the first by platform, the one with more
    money, and the smallest id.

    Args:
        orders: Folded and rolled up: uses `order_key`, `kind`, `payment_id`, `gross`, `state`, `stated_refund`,
            `ordered_at`, `paid_at`, `platform`, `order_id`.
    """
    is_named = pl.col("payment_id").is_not_null() & pl.col("gross").is_not_null()
    columns = ["order_key", "payment_id"]
    if not (orders["kind"] == PAYMENT).any():
        nothing = [pl.lit(None, dtype=pl.String).alias("order_id"), pl.lit(None, dtype=pl.Int64).alias("stated")]
        hosts = orders.lazy().filter(is_named & pl.col("state").is_not_null()).select(columns).collect()
        return Payments(hosts=hosts, absorbed=hosts.clear().with_columns(nothing))
    named = orders.filter(is_named).select(
        "order_key",
        "payment_id",
        "platform",
        "order_id",
        "gross",
        (pl.col("kind") == PAYMENT).fill_null(value=False).alias("is_payment"),
        pl.coalesce("paid_at", "ordered_at").alias("at"),
        stated_total().alias("stated"),
        (pl.col("state").is_not_null()).alias("has_state"),
    )
    shop = named.filter(~pl.col("is_payment") & pl.col("has_state"))
    bills = named.filter(pl.col("is_payment"))
    hosted = bills.join(shop.select("payment_id"), on="payment_id", how="semi")
    free = bills.join(shop.select("payment_id"), on="payment_id", how="anti")
    first = free.sort(
        ["payment_id", "at", "platform", "gross", "order_id", "order_key"],
        descending=[False, False, False, True, False, False],
        nulls_last=True,
    ).unique("payment_id", keep="first", maintain_order=True)
    others = free.join(first.select("order_key"), on="order_key", how="anti")
    return Payments(
        hosts=pl.concat([shop.select(columns), first.select(columns)]),
        absorbed=pl.concat([hosted, others]).select(*columns, "order_id", "stated"),
    )


def stated_total() -> pl.Expr:
    """What an order's own row says was refunded, never more than it cost: all of it when it is refunded."""
    whole = pl.when(pl.col("state") == State.REFUNDED.value).then(pl.col("gross"))
    return pl.min_horizontal(pl.coalesce(whole, "stated_refund", pl.lit(0, dtype=pl.Int64)), pl.col("gross"))


def completed(orders: pl.DataFrame, payments: Payments) -> pl.DataFrame:
    """`orders` with what their payment knows: its openid, and that it was paid.

    Args:
        orders: With identity: `account`, `account_kind`, `account_space` settled.
        payments: As `shared_payments` gives them for these orders.

    Returns:
        The same rows with `shop_account`, `shop_account_kind` and `shop_account_space`: what the order's own account
        was where the payment's replaced it, else null.
    """
    joined = orders.join(_told_to_hosts(orders, payments), on="order_key", how="left", maintain_order="left")
    replaced = pl.col("payer").is_not_null() & pl.col("account_kind").ne_missing(AccountKind.OPENID.value)
    was_unpaid = (pl.col("state") == State.UNPAID.value) & pl.col("payment_at").is_not_null()
    return joined.with_columns(
        *(pl.when(replaced).then(pl.col(f"account{part}")).alias(f"shop_account{part}") for part in ("", *_PARTS)),
        *(
            pl.when(replaced).then(pl.col(f"payer{part}")).otherwise(pl.col(f"account{part}")).alias(f"account{part}")
            for part in ("", *_PARTS)
        ),
        pl.when(was_unpaid).then(pl.lit(State.PAID.value)).otherwise("state").alias("state"),
        pl.coalesce("paid_at", "payment_at").alias("paid_at"),
    ).drop("payer", "payer_kind", "payer_space", "payment_at")


def _told_to_hosts(orders: pl.DataFrame, payments: Payments) -> pl.DataFrame:
    """Per host that learns anything: `payer`, `payer_kind`, `payer_space`, and when it was paid.

    Only an openid is handed on: a bill's other accounts, such as a nickname, mean nothing beyond that bill.
    """
    given = payments.absorbed.select("order_key", "payment_id").join(
        orders.select(
            "order_key",
            "state",
            "paid_at",
            "account",
            "account_kind",
            "account_space",
            pl.coalesce("paid_at", "ordered_at").alias("at"),
        ),
        on="order_key",
    )
    payer = (
        given.filter(pl.col("account_kind") == AccountKind.OPENID.value)
        .sort("payment_id", "at", "account", "account_space", nulls_last=True)
        .unique("payment_id", keep="first", maintain_order=True)
        .select(
            "payment_id",
            payer="account",
            payer_kind="account_kind",
            payer_space="account_space",
        )
    )
    paid = (
        given.filter(pl.col("state").is_in([State.PAID.value, State.REFUNDED.value]))
        .group_by("payment_id")
        .agg(pl.col("at").min().alias("payment_at"))
    )
    hosts = payments.hosts.join(payer, on="payment_id", how="left").join(paid, on="payment_id", how="left")
    return hosts.filter(pl.col("payer").is_not_null() | pl.col("payment_at").is_not_null()).drop("payment_id")


_PARTS: Final = ("_kind", "_space")
