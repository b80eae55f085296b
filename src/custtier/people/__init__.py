"""Who is who: phones and accounts made comparable, accounts grouped into customers."""

from custtier.people.buyers import buyers_of, payers_of
from custtier.people.contacted import all_known, contacted_of
from custtier.people.finding import FOUND, find, with_customers
from custtier.people.id_key import load_id_key
from custtier.people.identity import account_keys, with_contacts, with_identity, with_owner
from custtier.people.joins import shared_phones
from custtier.people.resolve import People, people_of, resolve
from custtier.people.tagged import named_by_id, tag_keys, tags_of_customers, with_accounts_of_ids
from custtier.schema import BUYERS, KNOWN, PAYERS

__all__ = [
    "BUYERS",
    "FOUND",
    "KNOWN",
    "PAYERS",
    "People",
    "account_keys",
    "all_known",
    "buyers_of",
    "contacted_of",
    "find",
    "load_id_key",
    "named_by_id",
    "payers_of",
    "people_of",
    "resolve",
    "shared_phones",
    "tag_keys",
    "tags_of_customers",
    "with_accounts_of_ids",
    "with_contacts",
    "with_customers",
    "with_identity",
    "with_owner",
]
