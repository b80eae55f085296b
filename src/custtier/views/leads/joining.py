"""Whether contacts could be found among the buyers at all: a chat account is seldom the account that orders show."""

import polars as pl

from custtier.facts import Note
from custtier.schema import PhoneKind
from custtier.views.basis import Basis


def joining_notes(people: pl.DataFrame, *, basis: Basis) -> tuple[Note, ...]:
    """A remark where contacts with a phone are found among the buyers, and none of the others ever is.

    A contact is found by the account that an order shows, by a full phone, a union id, or a link somebody made. Where
    nobody without phone and union id was found, nothing tells buyers among them from people who never bought.

    Args:
        people: `leads.Leads.people`.
        basis: The contacts and orders behind them.
    """
    if not basis.facts.extent.purchases:
        return ()
    asked = ["account_key", "phone_kind", "union_id"]
    contacts = basis.facts.table("contacts", columns=asked).filter(pl.col("account_key").is_not_null())
    has_phone = (pl.col("phone_kind") == PhoneKind.FULL.value).fill_null(value=False)
    shows_more = has_phone | pl.col("union_id").is_not_null()
    findable = contacts.filter(shows_more).select("account_key")
    bare = contacts.filter(~shows_more).select("account_key")
    # buyers are few: where one was found by the account alone, the rest need not be looked at
    bought = people.filter(pl.col("grade") == "A").lazy().select("account_key").join(bare, on="account_key", how="semi")
    if bought.join(findable, on="account_key", how="anti").collect().height:
        return ()
    alone = people.lazy().join(bare, on="account_key", how="semi").join(findable, on="account_key", how="anti")
    count = int(alone.select(pl.len()).collect().item())
    return (Note("contacts_hardly_found", {"count": count, "contacts": people.height}),) if count else ()
