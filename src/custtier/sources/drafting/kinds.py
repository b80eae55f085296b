"""What a draft looks for in a file of each kind: which fields, what their values look like, which of them must be."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from custtier.sources.drafting.looks import MOST_WORDS, Look
from custtier.sources.drafting.vocabulary import ACCOUNT
from custtier.sources.formats.profile_fields import LIST_FIELDS

Fits = Callable[[Look], bool]


def _is_date(look: Look) -> bool:
    return look.dates >= 0.8 or look.serials >= 0.8


def _is_money(look: Look) -> bool:
    """Amounts that are no numbers of documents: these have many digits, no decimals, and none twice."""
    return look.money >= 0.9 and not (look.length >= 9 and look.decimals == 0)


def _is_number(look: Look) -> bool:
    return look.money >= 0.9 and look.length <= 8


def _is_phone(look: Look) -> bool:
    return look.phones + look.masked_phones >= 0.5


def _is_email(look: Look) -> bool:
    return look.emails >= 0.5


def _is_id(look: Look) -> bool:
    return look.ids >= 0.8 and look.dates < 0.5 and look.decimals < 0.5 and look.phones < 0.5


def _is_words(look: Look) -> bool:
    """Words of states under a header that says so: however few rows there are, no dates, amounts or long texts."""
    return look.dates < 0.5 and look.money < 0.5 and look.length <= 30 and look.distinct <= MOST_WORDS


def _is_text(look: Look) -> bool:
    return look.dates < 0.5 and look.decimals < 0.5 and look.emails < 0.5


def _is_person(look: Look) -> bool:
    return look.dates < 0.5 and look.decimals < 0.5


def _is_currency(look: Look) -> bool:
    return look.currencies >= 0.8


LOOKS: Final[Mapping[str, Fits]] = {
    **dict.fromkeys(("order_id", "line_id", "payment_id", "refund_id"), _is_id),
    **dict.fromkeys(
        ("created_at", "paid_at", "refunded_at", "cancelled_at", "added_at", "deleted_at", "spent_on", "on"), _is_date
    ),
    **dict.fromkeys(
        ("gross", "total", "refund", "amount", "item_refund", "outstanding", "refund_amount", "unit_cost"), _is_money
    ),
    "quantity": _is_number,
    "phone": _is_text,
    "email": _is_person,
    "currency": _is_currency,
    **dict.fromkeys(("status", "refund_status", "direction"), _is_words),
    ACCOUNT: _is_person,
    **dict.fromkeys(
        ("name", "province", "city", "shop", "channel", "agent", "referrer", "product", "category", "specification"),
        _is_text,
    ),
}
"""Field → whether a column's values can be what the field holds; other fields take anything."""

UNMISTAKABLE: Final[Mapping[str, Fits]] = {
    "phone": lambda look: _is_phone(look) and look.distinct > 1,
    "email": lambda look: _is_email(look) and look.distinct > 1,
    "currency": _is_currency,
}
"""Fields that a column is taken for by its values alone."""


def fits(field: str, look: Look) -> bool:
    """Whether a column's values can be what the field holds; an empty column says nothing against it."""
    holds = LOOKS.get(field)
    return holds is None or look.filled == 0 or holds(look)


@dataclass(frozen=True)
class Kind:
    """What a file of one kind holds.

    Args:
        name: `kind` of the profile.
        fields: Those that are looked for, `account` among them.
        required: Groups of fields; of each group one must be found. The first fields are asked for.
        own_fields: Fields that only files of this kind have: they tell it.
    """

    name: str
    fields: frozenset[str]
    required: tuple[tuple[str, ...], ...]
    own_fields: frozenset[str]


_WHO: Final = ("account", "phone", "email", "name")
_SAID_BY_WORDS: Final = frozenset({"status", "type", "kind", "direction", "decision", "platform"})
"""Fields of lists whose words nobody has told the meaning of."""

_ORDER: Final = frozenset(
    {
        ACCOUNT, "order_id", "line_id", "payment_id", "name", "phone", "email", "province", "city", "shop", "channel",
        "agent", "referrer", "currency", "status", "refund_status", "direction", "created_at", "paid_at", "refunded_at",
        "cancelled_at", "gross", "amount", "refund", "item_refund", "product_id", "product", "specification",
        "category", "quantity",
    }
)  # fmt: skip
_LIST_NEEDS: Final[Mapping[str, tuple[tuple[str, ...], ...]]] = {
    "contacts": (_WHO,),
    "spend": (("amount",), ("spent_on",)),
    "dates": (_WHO, ("birthday", "on")),
    "costs": (("product", "product_id"), ("unit_cost", "margin_share")),
}
"""Kind of list that can be drafted → what it cannot do without."""

KINDS: Final[Mapping[str, Kind]] = {
    "order": Kind(
        "order",
        _ORDER,
        required=(("gross", "amount"), ("created_at", "paid_at")),
        own_fields=frozenset({"gross", "amount", "order_id", "paid_at", "product", "quantity"}),
    ),
    **{
        name: Kind(
            name,
            LIST_FIELDS[name] - _SAID_BY_WORDS | {ACCOUNT},
            required=needs,
            own_fields=LIST_FIELDS[name] - _ORDER,
        )
        for name, needs in _LIST_NEEDS.items()
    },
}
"""By name; the first is taken where a file could be of several."""

TOLD: Final = ("order", "contacts")
"""Kinds that are told from the columns; the others have too little of their own, and are named."""
