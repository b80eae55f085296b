"""Who is who: phones and accounts made comparable, accounts grouped into customers."""

from custtier.people.id_key import load_id_key
from custtier.people.identity import account_keys, with_contacts, with_identity, with_owner
from custtier.people.resolve import People, resolve

__all__ = ["People", "account_keys", "load_id_key", "resolve", "with_contacts", "with_identity", "with_owner"]
