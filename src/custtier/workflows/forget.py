"""`custtier forget`: one customer out of the store and its history, for good."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl

from custtier.errors import usage_error
from custtier.facts import Facts, Note
from custtier.people import find
from custtier.settings import Settings
from custtier.store import Store
from custtier.store.forgetting import Forgotten
from custtier.views.view import View

_LISTED = 10


@dataclass(frozen=True)
class Meant:
    """The one customer that a text means.

    Args:
        customer_key: Of `schema.CUSTOMERS`.
        customer_id: As shown.
        view: Who that is, to be looked at before they are gone. Table `customer` (customer_id, name, phone, platforms,
            order_count, net_sales, currency): one row, or one a currency. Orders are those ever paid.
    """

    customer_key: int
    customer_id: str
    view: View


def whom(text: str, *, store: Path, settings: Settings) -> Meant:
    """The customer that is meant; nothing is changed, but what a stopped forgetting left behind is deleted.

    Args:
        text: A customer id of today or before, a full phone, an account, an e-mail or a name.
        store: Folder of the store.
        settings: The user's settings.

    Raises:
        CusttierError: `unknown-customer`, `several-customers`; never with the text itself, which may be a phone.
    """
    kept = Store(store, settings=settings)
    kept.tidy()
    facts = kept.facts()
    found = find(text, known=facts.table("known"), accounts=facts.accounts, customers=facts.customers)
    if found.is_empty():
        raise usage_error(
            "unknown-customer",
            "no customer of the store has this id, phone, account, e-mail or name",
            hint="find the id with: custtier tiers --limit 0 --reveal",
        )
    if found.height > 1:
        ids = found["customer_id"].to_list()
        raise usage_error(
            "several-customers",
            "{count} customers are meant: {customers}; nobody was forgotten",
            hint="name one of them by the id",
            count=len(ids),
            customers=", ".join(ids[:_LISTED]) + (" …" if len(ids) > _LISTED else ""),
        )
    person = found.drop("found_by")
    key, customer_id = person.select("customer_key", "customer_id").row(0)
    return Meant(customer_key=key, customer_id=customer_id, view=_card(person, facts))


def _card(person: pl.DataFrame, facts: Facts) -> View:
    """Who somebody is and what they bought, in one row a currency."""
    key = person["customer_key"].item()
    merged = facts.accounts.filter(pl.col("customer_key") == key).select("account_key")
    own = pl.concat([merged, pl.LazyFrame({"account_key": [key]})])
    bought = (
        facts.purchases.join(own, on="account_key", how="semi")
        .group_by("currency")
        .agg(
            pl.len().cast(pl.Int64).alias("order_count"),
            (pl.col("gross") - pl.col("undated_refund") - pl.col("dated_refund")).sum().alias("net_sales"),
        )
        .sort("currency")
        .collect()
    )
    card = person.drop("customer_key").join(bought, how="cross") if bought.height else person.drop("customer_key")
    single = bought.height == 1
    return View(
        command="show",
        parameters={},
        summary={},
        tables={"customer": card.drop("currency", strict=False) if single else card},
        currency=bought["currency"].item() if single else None,
    )


def forget_customer(meant: Meant, *, store: Path, settings: Settings, keep_totals: bool, at: datetime) -> View:
    """What forgetting the customer did, and the proof.

    Args:
        meant: Whom.
        store: Folder of the store.
        settings: The user's settings.
        keep_totals: Whether their orders stay as nobody's.
        at: UTC, for the record.
    """
    done: Forgotten = Store(store, settings=settings).forget(meant.customer_key, keep_totals=keep_totals, at=at)
    schema = {"table": pl.String, "rows": pl.Int64}
    return View(
        command="forget",
        parameters={"keep_totals": keep_totals},
        summary={
            "customer_id": meant.customer_id,
            "orders": done.orders,
            "rows": sum(done.rows.values()),
            "files_searched": done.searched.files,
            "files_with_traces": len(done.searched.found),
        },
        tables={"erased": pl.DataFrame(list(done.rows.items()), schema=schema, orient="row")},
        notes=(Note("kept_out", {}), Note("forgotten_here_only", {})),
    )
