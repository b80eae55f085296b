"""Texts of the remarks beside an answer: code → English message with `{name}` places."""

from collections.abc import Mapping
from typing import Final

from custtier.text import Catalogue

NOTES: Final[Mapping[str, str]] = {
    "as_of_after_data": (
        "the data ends on {data_through}, the day observed is {as_of}: days since an order count on beyond the data"
    ),
    "closed_paid_orders": (
        "{count} orders were cancelled although they are paid and not refunded; they count as no purchase"
    ),
    "few_customers": "{count} customers are too few to be scored; scores and segments are left empty below {least}",
    "no_rhythm": "nobody bought on two days yet, so nobody has a usual gap; nobody is called at risk by this method",
    "orders_without_money": "{count} paid orders carry no money; they count as no purchase",
    "three_bins": "{count} customers are few: scores are 1, 3 and 5 below {least}",
    "unattributed_orders": (
        "{count} purchases belong to nobody (no account, full phone or e-mail); they stand beside the customers' "
        "figures, not in them"
    ),
    "undated_refunds": "{count} orders have a refund without a day; it is taken as made with the order",
}


def note_text(code: str, values: Mapping[str, object], catalogue: Catalogue) -> str:
    """What a note says in the catalogue's language; its code and values when it has no text."""
    if code in NOTES:
        return catalogue.fill(NOTES[code], values)
    return " ".join([code, *(f"{name}={value}" for name, value in values.items())])
