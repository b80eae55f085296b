"""What is true of an invented shop, added up in fen while its files are written: what every report must come to."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import polars as pl

from custtier.demo import draws
from custtier.demo.baskets import Stage
from custtier.demo.cells import money
from custtier.demo.identities import OWN_PHONE, email, identity, jd_account, phone, taobao_account
from custtier.demo.world import DAY_SECONDS, Platform
from custtier.periods import day_of

_STATES: Final = {
    Stage.UNPAID: "unpaid",
    Stage.EXPIRED: "closed",
    Stage.PAID: "paid",
    Stage.SHIPPED: "paid",
    Stage.DONE: "paid",
    Stage.RETURNED: "refunded",
}
STATES: Final = ("unpaid", "paid", "refunded", "closed")
_BITS: Final = {int(platform): 1 << platform for platform in Platform}
TOP_SHARE: Final = (1, 5)
"""The best fifth: `tiers --top 20%`."""


def state() -> pl.Expr:
    """What became of an order, in the words of the product."""
    return pl.col("stage").replace_strict(list(map(int, _STATES)), list(_STATES.values()), return_dtype=pl.String)


def state_counts(stages: Sequence[pl.DataFrame]) -> dict[str, int]:
    """Orders by state; uses `stage`."""
    if not stages:
        return {}
    counts = dict(pl.concat(stages).group_by(state=state()).len().iter_rows())
    return {name: int(counts.get(name, 0)) for name in STATES}


def yuan(fen: int) -> float:
    """Fen as a plain decimal number."""
    return round(fen / 100, 2)


@dataclass
class Tally:
    """What the orders given so far add up to.

    Args:
        seed: Of the shop.
    """

    seed: int
    _orders: list[pl.DataFrame] = field(default_factory=list)
    _buyers: list[pl.DataFrame] = field(default_factory=list)

    def add(self, orders: pl.DataFrame) -> None:
        """Count these orders, as `Baskets.orders` has them; each order once."""
        whose = draws.base(self.seed, "person")
        paid = pl.col("paid_s").is_not_null()
        gross = pl.when(paid).then("gross").otherwise(pl.lit(0, dtype=pl.Int64))
        seen = orders.select(
            "person", "platform", "ordered_s", "paid_s", "refund", gross=gross, state=state(), identity=identity(whose)
        ).with_columns(net=pl.col("gross") - pl.col("refund"))
        self._orders.append(
            seen.group_by("platform", "state").agg(
                orders=pl.len(),
                gross=pl.col("gross").sum(),
                refunds=pl.col("refund").sum(),
                net=pl.col("net").sum(),
                purchases=(pl.col("net") > 0).sum(),
                unattributed_orders=((pl.col("net") > 0) & pl.col("identity").is_null()).sum(),
                unattributed=pl.col("net").filter(pl.col("identity").is_null()).sum(),
                ordered_s=pl.col("ordered_s").max(),
                paid_s=pl.col("paid_s").max(),
            )
        )
        self._buyers.append(
            seen.filter((pl.col("net") > 0) & pl.col("identity").is_not_null())
            .group_by("person", "identity", "platform")
            .agg(
                orders=pl.len(), net=pl.col("net").sum(), first_s=pl.col("paid_s").min(), last_s=pl.col("paid_s").max()
            )
        )

    def customers(self) -> pl.DataFrame:
        """Everybody whom a reader can tell apart: `person`, `identity`, `orders`, `net`, `first_s`, `last_s`.

        Sorted by person and identity; `platforms` is a bit per platform.
        """
        return (
            pl.concat(self._buyers)
            .group_by("person", "identity")
            .agg(
                platforms=pl.col("platform").unique().replace_strict(_BITS, return_dtype=pl.Int64).sum(),
                orders=pl.col("orders").sum(),
                net=pl.col("net").sum(),
                first_s=pl.col("first_s").min(),
                last_s=pl.col("last_s").max(),
            )
            .sort("person", "identity")
        )

    def summary(self) -> dict[str, Any]:
        """All totals: by platform, of the shop, and of its best fifth."""
        if not self._orders:
            return {}
        seen = pl.concat(self._orders)
        buyers = self.customers()
        by_platform = {
            platform.name.lower(): _totals(seen.filter(pl.col("platform") == platform))
            for platform in Platform
            if seen.filter(pl.col("platform") == platform).height
        }
        total = _totals(seen)
        unattributed_orders = int(seen["unattributed_orders"].sum())
        unattributed = int(seen["unattributed"].sum())
        return {
            "as_of": _day(seen["paid_s"]),
            "data_through": _day(seen["ordered_s"]),
            "platforms": by_platform,
            "shop": total,
            "customers": {
                "people": buyers["person"].n_unique(),
                "customers": buyers.height,
                "orders": int(buyers["orders"].sum()),
                "net_sales": yuan(int(buyers["net"].sum())),
                "unattributed_orders": unattributed_orders,
                "unattributed_sales": yuan(unattributed),
            },
            "tiers_top_20_percent": top_fifth(buyers["net"]),
        }


def top_fifth(net: pl.Series) -> dict[str, Any]:
    """What `tiers --top 20%` must say of these net sales (fen), ties with the last included."""
    if not net.len():
        return {"customers": 0, "net_sales": 0.0, "top_customers": 0, "top_sales": 0.0, "cutoff_sales": None}
    part, whole = TOP_SHARE
    last = net.sort(descending=True)[-(-net.len() * part // whole) - 1]
    top = net.filter(net >= last)
    return {
        "customers": net.len(),
        "net_sales": yuan(int(net.sum())),
        "top_customers": top.len(),
        "top_sales": yuan(int(top.sum())),
        "cutoff_sales": yuan(int(last)),
    }


def _totals(seen: pl.DataFrame) -> dict[str, Any]:
    states = dict(seen.group_by("state").agg(pl.col("orders").sum()).iter_rows())
    return {
        "orders": int(seen["orders"].sum()),
        **{name: int(states.get(name, 0)) for name in STATES},
        "purchases": int(seen["purchases"].sum()),
        "gross": yuan(int(seen["gross"].sum())),
        "refunds": yuan(int(seen["refunds"].sum())),
        "net_sales": yuan(int(seen["net"].sum())),
    }


def _day(seconds: pl.Series) -> str | None:
    last = seconds.max()
    return None if last is None else day_of(int(str(last)) // DAY_SECONDS).isoformat()


def customer_rows(customers: pl.DataFrame, *, seed: int) -> pl.DataFrame:
    """One row per customer whom the files can tell apart, with every account of theirs: the answer book."""
    whose = draws.base(seed, "person")

    def on(platform: Platform, account: pl.Expr) -> pl.Expr:
        return pl.when((pl.col("platforms") // (1 << int(platform))) % 2 == 1).then(account)

    def day(seconds: str) -> pl.Expr:
        return pl.from_epoch(seconds).dt.to_string("%Y-%m-%d")

    own_phone = pl.when(pl.col("identity") == OWN_PHONE).then(phone(seed))
    return customers.select(
        pl.col("person"),
        on(Platform.TAOBAO, taobao_account(whose, seed)).alias("taobao_account"),
        on(Platform.JD, jd_account(seed)).alias("jd_account"),
        on(Platform.YOUZAN, phone(seed)).alias("youzan_phone"),
        on(Platform.SHOPIFY, email(seed)).alias("shopify_email"),
        own_phone.alias("phone"),
        pl.col("orders").alias("order_count"),
        money(pl.col("net")).alias("net_sales"),
        day("first_s").alias("first_order_on"),
        day("last_s").alias("last_order_on"),
    )
