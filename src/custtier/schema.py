"""Canonical tables and columns: names, types, units, keys; the codes that columns hold."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

import polars as pl

INSTANT: Final = pl.Datetime("us", "UTC")
"""Every instant is kept in UTC; a calendar day is made once, in the shop's zone."""

Table = Mapping[str, "pl.DataType | type[pl.DataType]"]

PROVENANCE: Final[Table] = {
    "source": pl.String,
    "file_instant": INSTANT,
    "import_id": pl.Int64,
    "row": pl.Int32,
}
"""Where a record came from: profile name, latest instant in its file, import, 1-based row in its file."""

ORDERS: Final[Table] = {
    "order_key": pl.Int64,
    "kind": pl.String,
    "platform": pl.String,
    "shop": pl.String,
    "order_id": pl.String,
    "account": pl.String,
    "account_kind": pl.String,
    "name": pl.String,
    "phone": pl.String,
    "phone_kind": pl.String,
    "email": pl.String,
    "province": pl.String,
    "city": pl.String,
    "address": pl.String,
    "state": pl.String,
    "ordered_at": INSTANT,
    "paid_at": INSTANT,
    "gross": pl.Int64,
    "stated_refund": pl.Int64,
    "currency": pl.String,
    "channel": pl.String,
    "agent": pl.String,
    "referrer": pl.String,
    "payment_id": pl.String,
    **PROVENANCE,
}
"""One row per order per import that showed it. Key: `order_key` + `import_id` + file.

`kind` is `order` or `payment` (a row of a payment bill, which completes a shop's order when it shares `payment_id`).
`gross` (minor units) is what the buyer paid before refunds; null where only items carry money; then `state` is
null too.
`stated_refund` (minor units) is the refund that the order's own row states; null where it says nothing.
`address` is the receiver's, as the file shows it: it only helps to tell people and brushed orders, and is never folded.
`account_kind` is one of `AccountKind`, `phone_kind` one of `PhoneKind`; null without a value.
"""

ITEMS: Final[Table] = {
    "order_key": pl.Int64,
    "item_key": pl.Int64,
    "product_id": pl.String,
    "product": pl.String,
    "specification": pl.String,
    "category": pl.String,
    "quantity": pl.Float64,
    "amount": pl.Int64,
    "stated_refund": pl.Int64,
    "state": pl.String,
    **PROVENANCE,
}
"""One row per item per import. `amount` (minor units) is what was paid for the line, null where only the order says."""

REFUNDS: Final[Table] = {
    "refund_key": pl.Int64,
    "order_key": pl.Int64,
    "item_key": pl.Int64,
    "refund_id": pl.String,
    "payment_id": pl.String,
    "refunded_on": pl.Date,
    "amount": pl.Int64,
    "state": pl.String,
    "reason": pl.String,
    **PROVENANCE,
}
"""One row per refund row of a bill. `amount` (minor units) is positive; `state` is `done`, `pending` or `failed`; only
`done` nets. `order_key` names the order of the same source and id, which may not have been imported; `item_key` the
item, where the row names one. `refund_id` is the platform's own number of the refund: two sources that show it mean the
same money."""

CONTACTS: Final[Table] = {
    "contact_key": pl.Int64,
    "account_key": pl.Int64,
    "platform": pl.String,
    "account": pl.String,
    "account_kind": pl.String,
    "union_id": pl.String,
    "alias": pl.String,
    "name": pl.String,
    "remark": pl.String,
    "phone": pl.String,
    "phone_kind": pl.String,
    "email": pl.String,
    "province": pl.String,
    "city": pl.String,
    "channel": pl.String,
    "campaign": pl.String,
    "agent": pl.String,
    "referrer": pl.String,
    "tags": pl.String,
    "lead_class": pl.String,
    "added_at": INSTANT,
    "deleted_at": INSTANT,
    **PROVENANCE,
}
"""One row per contact row of a file: a person in one agent's list. `contact_key` = account + agent.

`union_id` is a second, stronger key of the same person (a WeChat unionid beside an external_userid), `alias`
another name of the account itself (the WeChat id that its owner chose, beside the wxid). `tags` is a sorted list joined
by commas. `lead_class` is a class noted by hand. `deleted_at` is when the person deleted us.
Several rows of one contact with other instants are its history: added, deleted, added again.
"""

MESSAGES: Final[Table] = {
    "message_key": pl.Int64,
    "account_key": pl.Int64,
    "platform": pl.String,
    "account": pl.String,
    "account_kind": pl.String,
    "agent": pl.String,
    "sent_at": INSTANT,
    "direction": pl.String,
    "kind": pl.String,
    **PROVENANCE,
}
"""One row per message, without its text. `direction` is one of `Direction`, `kind` one of `MESSAGE_KINDS`.

`message_key` = account + agent + instant + direction + kind + number among such in the file.
"""

HELD_MESSAGES: Final[Table] = {
    name: pl.Categorical() if dtype == pl.String else dtype for name, dtype in MESSAGES.items()
}
"""`MESSAGES` as they are held in memory: twenty million rows have few texts between them, and each is held once."""

SPEND: Final[Table] = {
    "spend_key": pl.Int64,
    "channel": pl.String,
    "campaign": pl.String,
    "agent": pl.String,
    "spent_on": pl.Date,
    "amount": pl.Int64,
    "currency": pl.String,
    "impressions": pl.Int64,
    "clicks": pl.Int64,
    **PROVENANCE,
}
"""One row per channel, campaign, agent and day; `amount` in minor units. `channel` is null where
the file names none."""

DATES: Final[Table] = {
    "date_key": pl.Int64,
    "account_key": pl.Int64,
    "platform": pl.String,
    "account": pl.String,
    "account_kind": pl.String,
    "name": pl.String,
    "phone": pl.String,
    "phone_kind": pl.String,
    "kind": pl.String,
    "label": pl.String,
    "calendar": pl.String,
    "year": pl.Int32,
    "month": pl.Int32,
    "day": pl.Int32,
    **PROVENANCE,
}
"""One row per person and key date. `kind` is one of `DATE_KINDS`, `calendar` is `solar` or `lunar` (a negative `month`
is a leap month); `year` is null where only month and day are known."""

COSTS: Final[Table] = {
    "cost_key": pl.Int64,
    "product_id": pl.String,
    "product": pl.String,
    "specification": pl.String,
    "category": pl.String,
    "unit_cost": pl.Int64,
    "currency": pl.String,
    "margin_share": pl.Float64,
    "valid_from": pl.Date,
    **PROVENANCE,
}
"""One row per product and first day of validity: `unit_cost` (minor units) or `margin_share` (0 to 1) of its price."""

LINKS: Final[Table] = {
    "link_key": pl.Int64,
    "person": pl.String,
    "platform": pl.String,
    "account": pl.String,
    "account_kind": pl.String,
    "account_key": pl.Int64,
    "decision": pl.String,
    **PROVENANCE,
}
"""One row per account that somebody says belongs to a person: all of one `person` (a label of the user's own) are one
customer where `decision` is `same`, and are never merged with each other where it is `apart`."""

TAGS: Final[Table] = {
    "tag_key": pl.Int64,
    "account_key": pl.Int64,
    "platform": pl.String,
    "account": pl.String,
    "account_kind": pl.String,
    "name": pl.String,
    "phone": pl.String,
    "phone_kind": pl.String,
    "tag": pl.String,
    "decision": pl.String,
    "noted_on": pl.Date,
    **PROVENANCE,
}
"""One row per person and tag that somebody gave (`decision` `add`) or took away (`remove`), by hand or in a file.
`noted_on` is the day that the file shows, null where it shows none; of two imports the later decides."""

REFERRALS: Final[Table] = {
    "referral_key": pl.Int64,
    "referred": pl.String,
    "referrer": pl.String,
    "referred_on": pl.Date,
    **PROVENANCE,
}
"""One row per pair of people of whom one brought the other, both as the file names them: by a customer id, a phone, an
account, an e-mail or a name; whom these mean is settled when it is asked. `referred_on` is null where the file shows no
day."""

KEPT: Final[Table] = {
    "kept_key": pl.Int64,
    "name": pl.String,
    "kept_on": pl.Date,
    "account_key": pl.Int64,
    "value": pl.String,
    "score": pl.Float64,
    **PROVENANCE,
}
"""One row per customer of an answer that was kept to be compared with later ones, such as everybody's tier.

`name` says which answer (`tiers`), `kept_on` as of which day it was, `account_key` is the key that the customer had
then, `value` and `score` what the answer said of them."""

ROSTERS: Final[Table] = {
    "roster_key": pl.Int64,
    "platform": pl.String,
    "agent": pl.String,
    "listed_at": INSTANT,
    **PROVENANCE,
}
"""One row per platform and agent whose list of contacts was complete at an instant, as somebody said who imported it:
who had been added by then and does not stand in the contacts of the same import has left."""

LISTS: Final[Mapping[str, Table]] = {
    "contacts": CONTACTS,
    "messages": MESSAGES,
    "spend": SPEND,
    "dates": DATES,
    "costs": COSTS,
    "links": LINKS,
    "tags": TAGS,
    "referrals": REFERRALS,
    "rosters": ROSTERS,
    "kept": KEPT,
}
"""What a file may hold instead of orders; `kept` and `rosters` are written by custtier alone."""

LIST_KEYS: Final[Mapping[str, str]] = {
    "contacts": "contact_key",
    "messages": "message_key",
    "spend": "spend_key",
    "dates": "date_key",
    "costs": "cost_key",
    "links": "link_key",
    "tags": "tag_key",
    "referrals": "referral_key",
    "rosters": "roster_key",
    "kept": "kept_key",
}
"""What one record of a list is known by."""

REJECTS: Final[Table] = {
    "import_id": pl.Int64,
    "file": pl.String,
    "sheet": pl.String,
    "row": pl.Int32,
    "column": pl.String,
    "reason": pl.String,
    "cells": pl.String,
}
"""One row per rejected record; `cells` is a JSON object of header → original text, empty cells left out."""

PURCHASES: Final[Table] = {
    "order_key": pl.Int64,
    "account_key": pl.Int64,
    "ordered_on": pl.Date,
    "order_day": pl.Int32,
    "gross": pl.Int64,
    "undated_refund": pl.Int64,
    "dated_refund": pl.Int64,
    "is_closed": pl.Boolean,
    "currency": pl.String,
    "shop": pl.String,
    "source": pl.String,
    "channel": pl.String,
    "agent": pl.String,
}
"""One row per order ever paid, refunded ones too, sorted by `account_key`, `order_day`, `order_key`.

`account_key` is null for an order that belongs to nobody. `undated_refund` (minor units) is all that was refunded
without a day, `dated_refund` the sum of the order's `DATED_REFUNDS`; together they never exceed `gross`. `is_closed`:
cancelled although paid and not refunded; its refunds are its whole `gross`, so that it is no purchase. `ordered_on` is
the shop's calendar day of payment, else of creation.
"""

DATED_REFUNDS: Final[Table] = {
    "order_key": pl.Int64,
    "refunded_on": pl.Date,
    "refund_day": pl.Int32,
    "amount": pl.Int64,
}
"""Refunds with a day, of orders in `purchases`; several rows an order."""

ACCOUNTS: Final[Table] = {
    "account_key": pl.Int64,
    "customer_key": pl.Int64,
}
"""Account → customer, only for accounts that were merged into another's customer (`account_key` ≠ `customer_key`)."""

CUSTOMERS: Final[Table] = {
    "customer_key": pl.Int64,
    "customer_id": pl.String,
    "name": pl.String,
    "phone": pl.String,
    "platforms": pl.String,
}
"""One row per customer. `platforms` is a sorted, comma-separated list. Key: `customer_key`; `customer_id` is unique."""

BUYERS: Final[Table] = {
    "account_key": pl.Int64,
    "account_kind": pl.String,
    "account_space": pl.String,
    "account": pl.String,
    "usual_phone": pl.String,
    "weak_phone": pl.String,
    "weak_phone_at": INSTANT,
    "name": pl.String,
    "name_at": INSTANT,
    "platforms": pl.String,
    "customer_id": pl.String,
}
"""One row per account. `usual_phone` is full; `weak_phone` is the latest other one, only where no usual one is known.
`name` is the latest, one without a mask before one with. `platforms` is a sorted, comma-separated list. `customer_id`
is that of a customer whose strongest account this is."""

PAYERS: Final[Table] = {
    "platform": pl.String,
    "shop_account_key": pl.Int64,
    "account_key": pl.Int64,
    "times": pl.Int64,
    "at": INSTANT,
}
"""How often, and when last, an account paid for what the shop knows under another account."""

KNOWN: Final[Table] = {**BUYERS, "union_id": pl.String, "alias_key": pl.Int64, "email": pl.String}
"""One row per account, as `BUYERS`. `union_id` is a second key of the same person, `alias_key` the account that another
name of this one is; `email` the latest that is no mask.

Each union id and each such name is an account of its own too, so that it can give the person's id and be found.
"""


class State(StrEnum):
    """What became of an order or item; later members are further."""

    UNPAID = "unpaid"
    PAID = "paid"
    REFUNDED = "refunded"
    CLOSED = "closed"


STATE_RANK: Final[Mapping[str, int]] = {State.UNPAID: 0, State.PAID: 1, State.REFUNDED: 2, State.CLOSED: 2}
"""How far a state is: a state never goes back."""


class AccountKind(StrEnum):
    """What kind of key an account text is, strongest first: `wechat`, a WeChat id, is as strong as an account."""

    OPENID = "openid"
    WECHAT = "wechat"
    ACCOUNT = "account"
    PHONE = "phone"
    EMAIL = "email"


class PhoneKind(StrEnum):
    """What a phone text is worth as a key: only a full one is."""

    FULL = "full"
    MASKED = "masked"
    VIRTUAL = "virtual"
    CIPHER = "cipher"
    ODD = "odd"


class Direction(StrEnum):
    """Who sent a message: the contact, us, or the program itself."""

    IN = "in"
    OUT = "out"
    SYSTEM = "system"


MESSAGE_KINDS: Final = (
    "text", "image", "voice", "video", "sticker", "location", "card", "link", "file", "call", "money", "order",
    "greeting", "system", "deleted_us", "other",
)  # fmt: skip
"""What a message is. `greeting` is one that the program sent in somebody's name when a contact was added, `system` a
notice of the program, `deleted_us` one that a message did not arrive because the contact has deleted or blocked us;
`money` a transfer or red packet. None of the first three is talk."""

DATE_KINDS: Final = ("birthday", "anniversary", "expiry", "due", "other")


SEGMENTS: Final = (
    "key_value",
    "key_develop",
    "key_keep",
    "key_rescue",
    "general_value",
    "general_develop",
    "general_keep",
    "general_rescue",
)
TIERS: Final = ("core", "important", "growing", "regular", "prospect")
CHURN_LEVELS: Final = ("watch", "warning", "lapsed")

REJECT_REASONS: Final = (
    "bad_date",
    "bad_amount",
    "missing_order_id",
    "damaged_id",
    "unknown_status",
    "bad_quantity",
    "order_has_bad_row",
)
"""In the order in which a row with two faults gets the first."""


def empty(table: Table) -> pl.DataFrame:
    """A frame of no rows with the columns of `table`."""
    return pl.DataFrame(schema=dict(table))


def conform(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    """`frame` with exactly the columns of `table`, in its order and types; what is missing becomes null."""
    return frame.select(
        (pl.col(name).cast(dtype) if name in frame.columns else pl.lit(None, dtype=dtype).alias(name))
        for name, dtype in table.items()
    )
