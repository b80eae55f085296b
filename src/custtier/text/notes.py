"""Texts of the remarks beside an answer: code → English message with `{name}` places."""

from collections.abc import Mapping
from typing import Final

from custtier.text import Catalogue

NOTES: Final[Mapping[str, str]] = {
    "as_of_after_data": (
        "the data ends on {data_through}, the day observed is {as_of}: days since an order count on beyond the data"
    ),
    "bill_overlaps_orders": (
        "{payments} payments of {profile} from {since} to {until} share no transaction id with the shop orders of the "
        "same days: sales may be counted twice; import only one of the two, or exports that carry the transaction id"
    ),
    "closed_paid_orders": (
        "{count} orders were cancelled although they are paid and not refunded; they count as no purchase"
    ),
    "few_customers": "{count} customers are too few to be scored; scores and segments are left empty below {least}",
    "no_buyer_key": (
        "{file}: this export ({profile}) holds no account, full phone or e-mail of any buyer; its orders count in the "
        "shop's totals, not for customers"
    ),
    "no_rhythm": "nobody bought on two days yet, so nobody has a usual gap; nobody is called at risk by this method",
    "orders_without_money": "{count} paid orders carry no money; they count as no purchase",
    "rejected_rows": (
        "{rejected} of {rows} rows could not be read ({reasons}); their orders are missing here; see them with "
        "`custtier import FILE --rejects rejected.csv`"
    ),
    "shared_phones": (
        "{phones} phones are used by too many accounts of one platform to be one person; they merge nobody"
    ),
    "shop_receipt": "{file}: {profile} tells only what the shop received, not what the buyer paid",
    "skipped_file": "{file} was skipped: {problem}",
    "three_bins": "{count} customers are few: scores are 1, 3 and 5 below {least}",
    "unattributed_orders": (
        "{count} purchases belong to nobody (no account, full phone or e-mail); they stand beside the customers' "
        "figures, not in them"
    ),
    "unknown_refund_status": (
        "{file}: {rows} rows have a word in {column} that is not known; they are taken as not refunded"
    ),
    "unmatched_refunds": "{refunds} refunds name an order that is not imported yet; they wait for it",
    "undated_refunds": "{count} orders have a refund without a day; it is taken as made with the order",
    "weak_account": (
        "{file}: buyers of {profile} are known by a displayed name only; people of one name are one customer"
    ),
    "waiting_items": "{orders} orders have items but no day, money or state yet; they wait for their order report",
    "yearly_churn": (
        "{lost} of the {bought} customers who bought in the year before last did not buy in the last one: {share:.1%}; "
        "a common rule of thumb is 20% a year"
    ),
}


def note_text(code: str, values: Mapping[str, object], catalogue: Catalogue) -> str:
    """What a note says in the catalogue's language; its code and values when it has no text."""
    if code in NOTES:
        return catalogue.fill(NOTES[code], values)
    return " ".join([code, *(f"{name}={value}" for name, value in values.items())])
