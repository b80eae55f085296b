"""Checks of who is who: phones that are no keys, phones and accounts that do not tell one person from another."""

from collections.abc import Collection
from typing import Final

import polars as pl

from custtier.facts import Facts
from custtier.schema import PhoneKind
from custtier.views.health.check import Check, judged

MANY_PHONES: Final = 3
"""An account with so many full phones sends to others, or is several people's."""


def phone_checks(orders: pl.LazyFrame, *, shared: Check, weak_sources: Collection[str]) -> list[Check]:
    """Masked, lent and shared phones, accounts with several, accounts that are mere names.

    Args:
        orders: Orders of any state: `account_key`, `platform`, `source`, `phone`, `phone_kind`.
        shared: The check of shared phones, which hangs on more than the orders.
        weak_sources: Sources that know buyers by a displayed name only.
    """
    kind = pl.col("phone_kind")
    counts = orders.select(
        pl.len().cast(pl.Int64).alias("orders"),
        kind.is_not_null().sum().cast(pl.Int64).alias("phones"),
        (kind == PhoneKind.MASKED.value).sum().cast(pl.Int64).alias("masked"),
        kind.is_in([PhoneKind.VIRTUAL.value, PhoneKind.CIPHER.value]).sum().cast(pl.Int64).alias("lent"),
        pl.col("source").is_in(list(weak_sources)).sum().cast(pl.Int64).alias("weak"),
        pl.col("account_key").drop_nulls().n_unique().cast(pl.Int64).alias("accounts"),
    )
    pairs = (
        orders.filter((kind == PhoneKind.FULL.value) & pl.col("account_key").is_not_null())
        .select("phone", "account_key")
        .unique()
    )
    several = (
        pairs.group_by("account_key")
        .agg(pl.col("phone").n_unique().alias("phones"))
        .select((pl.col("phones") >= MANY_PHONES).sum().cast(pl.Int64).alias("several"))
    )
    told, by_account = pl.collect_all([counts, several])
    found = told.row(0, named=True)
    return [
        judged("masked_phones", found["masked"], of=found["phones"], look=0.5),
        judged("lent_phones", found["lent"], of=found["phones"], look=0.5),
        shared,
        judged("several_phones", by_account.item() or 0, of=found["accounts"], look=0.05, phones=MANY_PHONES),
        judged("weak_accounts", found["weak"], of=found["orders"]),
    ]


def list_checks(facts: Facts) -> list[Check]:
    """Contacts without a key, chats of nobody among the contacts, spend without a channel."""
    contacts = facts.table("contacts", columns=["account_key"])
    counted = contacts.select(
        pl.len().cast(pl.Int64).alias("contacts"),
        pl.col("account_key").is_null().sum().cast(pl.Int64).alias("keyless"),
    )
    people = facts.table("messages", columns=["account_key"]).select(pl.col("account_key").drop_nulls().unique())
    unknown = people.join(contacts.select("account_key"), on="account_key", how="anti").select(pl.len().cast(pl.Int64))
    spend = facts.table("spend", columns=["channel", "amount"]).select(
        pl.len().cast(pl.Int64).alias("rows"), pl.col("channel").is_null().sum().cast(pl.Int64).alias("nowhere")
    )
    contact_row, unknown_row, people_row, spend_row = pl.collect_all(
        [counted, unknown, people.select(pl.len().cast(pl.Int64)), spend]
    )
    return [
        judged("contacts_without_key", contact_row["keyless"].item(), of=contact_row["contacts"].item()),
        judged("chats_without_contact", unknown_row.item(), of=people_row.item()),
        judged("spend_without_channel", spend_row["nowhere"].item(), of=spend_row["rows"].item()),
    ]
