"""No two orders have one key."""

import polars as pl

from custtier.errors import store_error
from custtier.store.fold import differing


def check_keys(orders: pl.DataFrame) -> None:
    """Return when no two orders have one key: 64 bits make that so unlikely that it is an error, not a case.

    Args:
        orders: `schema.ORDERS`, stored and fresh.

    Raises:
        CusttierError: `key-collision`.
    """
    if orders["order_key"].n_unique() == orders.height:
        return
    named = orders.select("order_key", "platform", "order_id").filter(pl.col("order_id").is_not_null())
    repeated = named.filter(pl.col("order_key").is_duplicated())
    if differing(repeated, key="order_key", fields=["platform", "order_id"]).height:
        raise store_error(
            "key-collision",
            "two different orders have the same key, so that they cannot be told apart",
            hint="please report this as a bug; nothing was imported",
        )
