"""Who is who: phones and accounts made comparable, accounts grouped into customers."""

from custtier.people.buyers import BUYERS, PAYERS, buyers_of, payers_of
from custtier.people.id_key import load_id_key
from custtier.people.identity import account_keys, with_contacts, with_identity, with_owner
from custtier.people.resolve import People, people_of, resolve

__all__ = [
    "BUYERS",
    "PAYERS",
    "People",
    "account_keys",
    "buyers_of",
    "load_id_key",
    "payers_of",
    "people_of",
    "resolve",
    "with_contacts",
    "with_identity",
    "with_owner",
]
