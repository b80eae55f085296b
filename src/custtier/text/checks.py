"""What the checks of `doctor` say: what was found, and what to do about it."""

from collections.abc import Mapping, Sequence
from typing import Final

from custtier.text import Catalogue
from custtier.text.names import names_of
from custtier.text.values import by_name

FOUND: Final[Mapping[str, str]] = {
    "rejected_rows": "rows that could not be read: {reasons}; in {files}",
    "unknown_statuses": "rows with a status that their format does not know: their orders are missing",
    "damaged_ids": (
        "order numbers and phones that a spreadsheet has cut: E+ in place of digits, or zeros at the end ({zeros}); "
        "phones among them: {phones}"
    ),
    "repeated_files": "files that held nothing new: {files}",
    "imports": "imports in the store: {count}, undone: {undone}, on disk: {megabytes} MB",
    "date_gaps": "{days} days without an order that are no chance: {spans}",
    "old_exports": "sources that end well before {last}: {profiles}",
    "future_days": "orders of days that have not come, up to {latest}",
    "odd_hours": "orders between 2 and 7 in the morning: {profiles}",
    "mixed_currencies": "orders in several currencies: {currencies}",
    "without_money": "paid orders without money; they are no purchases",
    "closed_paid": "orders paid and then closed, with no refund on record; they are no purchases",
    "undated_refunds": "orders with a refund whose day is unknown; it counts with the order",
    "nobodys_orders": "orders that belong to nobody: {sales_share:.1%} of sales",
    "outliers": "orders of {times} times the usual one and more; the largest: {top}",
    "unmatched_refunds": "refunds whose order is not here: {amount}",
    "waiting_items": "orders known by their items alone, without day, money or state",
    "bill_overlap": "payments beside shop orders of the same days, without a common number: {profiles}",
    "duplicates": "the same customer paid the same amount again within {minutes} minutes",
    "twice": "orders that seem to stand in two sources: same number, or same phone, amount and day",
    "masked_phones": "masked phones: no key to who somebody is",
    "lent_phones": "lent (virtual) or encrypted phones: no key to who somebody is",
    "shared_phones": "phones of more than {accounts} accounts of one platform: they merge nobody",
    "several_phones": "accounts with {phones} phones or more: they send to others, or are several people's",
    "weak_accounts": "orders of people who are known by a displayed name only",
    "contacts_without_key": "contacts without account, full phone or e-mail: they meet no order",
    "chats_without_contact": "people in the chats who are no contacts",
    "spend_without_channel": "rows of spend that name no channel",
    "wholesale": "orders that look like wholesale; groups: {clusters}, net sales: {sales}",
    "brushed": "orders that look brushed; groups: {clusters}, net sales: {sales}",
    "exclusions": "exclusions switched on: {on} of {count}",
}
"""Code of a check → what it found; also the list of all checks."""

HINTS: Final[Mapping[str, str]] = {
    "rejected_rows": "see them: custtier imports show ID --rejected, or custtier import FILE --rejects rejected.csv",
    "unknown_statuses": "add the word to a profile of your own: custtier sources show NAME",
    "damaged_ids": "export again and import the file as it came, without saving it in Excel",
    "repeated_files": "nothing counts twice; take the right file if another one was meant",
    "date_gaps": "was the shop closed? otherwise export these days again and import them",
    "old_exports": "export these sources up to today and import them; until then their customers look silent",
    "future_days": "check the clock and the time zone of the export; day and month may be swapped",
    "odd_hours": "their times are likely of another zone: set the zone in the profile or in the settings",
    "mixed_currencies": "each answer takes one: --currency CODE",
    "without_money": "name samples and gifts in an exclusion (zero_amount, gift) to see them told apart",
    "closed_paid": "import the refund or after-sales file, so that these orders are told from lost ones",
    "undated_refunds": "import the after-sales file or the payment bill: it knows the days",
    "nobodys_orders": "export with the buyer's account, or with phones unmasked, and import again",
    "outliers": "look at them; wholesale belongs into an exclusion, a typing error into the source",
    "unmatched_refunds": "import the orders of the days before, which these refunds belong to",
    "waiting_items": "import the order report beside the item report",
    "bill_overlap": "import only one of the two, or an order export that carries the payment number",
    "duplicates": "look for orders sent twice by mistake; genuine ones are right as they are",
    "twice": "import one of the two sources only, and undo the other: custtier imports undo ID",
    "masked_phones": "export with phones unmasked if the platform allows it; accounts still tell people apart",
    "lent_phones": "nothing to do; people are told by their accounts",
    "shared_phones": "staff, a pick-up point or an agent? put them into an exclusion if so",
    "several_phones": "look at them: resellers and companies often send to many",
    "weak_accounts": "prefer an export of the shop; people of one name are one customer here",
    "contacts_without_key": "add account or phone to the list, or name both in a link file",
    "chats_without_contact": "import the contact list of the same agent",
    "spend_without_channel": "fill in the channel: spend without one is never set against sales",
    "wholesale": 'see them: custtier exclusions test; then add an exclusion with detector = "wholesale"',
    "brushed": 'see them: custtier exclusions test; then add an exclusion with detector = "brushed"',
}
"""Code of a check → what to do when it is not well."""


def found_text(code: str, values: Mapping[str, object], catalogue: Catalogue) -> str:
    """What a check found, in the catalogue's language."""
    told = dict(values)
    if isinstance(told.get("profiles"), Sequence):
        names = names_of("profile", catalogue)
        told["profiles"] = catalogue.listed(f"{names.get(code, code)} {what}" for code, what in values["profiles"])  # type: ignore[attr-defined]  # a list of pairs
    return catalogue.fill(FOUND[code], by_name(told, catalogue))


def hint_text(code: str, catalogue: Catalogue) -> str:
    """What to do about a check that is not well; empty when there is nothing."""
    return catalogue.fill(HINTS[code], {}) if code in HINTS else ""
