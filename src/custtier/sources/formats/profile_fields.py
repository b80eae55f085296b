"""What a profile of a list may map headers to: its fields, kind by kind."""

from collections.abc import Mapping
from typing import Final

_PERSON: Final = frozenset({"platform", "name", "phone", "email"})

LIST_FIELDS: Final[Mapping[str, frozenset[str]]] = {
    "contacts": _PERSON
    | {
        "contact_id", "union_id", "alias", "first_name", "last_name", "remark", "province", "city", "address",
        "channel", "campaign", "agent", "referrer", "tags", "lead_class", "status", "added_at", "deleted_at", "type",
    },
    "messages": frozenset(
        {
            "platform", "phone", "agent", "sender", "sent_at", "direction", "kind", "subkind", "text", "message_id",
        }
    ),
    "spend": frozenset({"channel", "campaign", "agent", "spent_on", "amount", "currency", "impressions", "clicks"}),
    "dates": _PERSON | {"kind", "label", "calendar", "on", "birthday"},
    "costs": frozenset(
        {
            "product_id", "product", "specification", "category", "unit_cost", "margin_share", "currency", "valid_from",
        }
    ),
    "links": _PERSON | {"person", "decision"},
    "tags": _PERSON | {"tags", "decision", "noted_on"},
    "referrals": frozenset({"referred", "referrer", "referred_on"}),
}  # fmt: skip
"""Kind of list → the fields that its rows may have; accounts stand apart, as for orders.

`contact_id` is the format's own number of the entry, not of the person; `alias` another name of the account itself;
`status` a word that says whether the person has deleted us; `text` is looked at only for the sentences that
the program itself sends, and never kept; `on` is the day of a key date, `birthday` the same where the
column itself says which date it is; `sender` is who wrote a message where the account is only the number of a
conversation.
"""
