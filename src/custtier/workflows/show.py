"""`custtier show`: one customer's card, from the store."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import polars as pl

from custtier.errors import NOTHING, CusttierError, usage_error
from custtier.facts import Facts, Note
from custtier.people import find, with_customers
from custtier.settings import store_folder
from custtier.text import Lang
from custtier.views.card import (
    Person,
    account_rows,
    card_table,
    contact_rows,
    date_rows,
    event_rows,
    order_rows,
    with_products,
)
from custtier.views.view import View
from custtier.workflows.dataset import open_facts
from custtier.workflows.question import Question

LAST_ORDERS = 10
_TOLD = frozenset({"excluded_by_rule", "exclusions_off", "first_rule_counts", "as_of_after_data"})
"""Remarks that are about one customer's figures too."""


@dataclass(frozen=True)
class Matches:
    """The customers that a text means, when they are several.

    Args:
        view: Table `matches`: `customer_id`, `name`, `phone`, `platforms`, `found_by`.
        count: How many.
    """

    view: View
    count: int


def show(
    text: str, question: Question, *, lang: Lang, last_orders: int = LAST_ORDERS, with_numbers: bool = False
) -> View | Matches:
    """One customer's card, or those whom the text means when they are several.

    Tier, class, level and their figures are those that `tiers`, `rfm` and `churn` give the customer.

    Args:
        text: A customer id of today or before, a full phone, an account, an e-mail or a name.
        question: Uses `store`, `as_of`, `currency`, `use_exclusions`, `settings`.
        lang: Language of `reason`.
        last_orders: So many orders are listed; 0 for all.
        with_numbers: Whether the platforms' order numbers stand beside them.

    Returns:
        Tables `customer` (`views.card.CARD`), `orders`, `accounts`, `history` (adding and deleting), `dates`.

    Raises:
        CusttierError: `unknown-customer`; never with the text itself, which may be a phone.
    """
    facts = _facts(question)
    found = find(text, known=facts.table("known"), accounts=facts.accounts, customers=facts.customers)
    if found.is_empty():
        raise usage_error(
            "unknown-customer",
            "no customer of the store has this id, phone, account, e-mail or name",
            hint="find the id with: custtier tiers --limit 0 --reveal",
        )
    if found.height > 1:
        listed = found.select("customer_id", "name", "phone", "platforms", "found_by")
        return Matches(View(command="show", parameters={}, summary={}, tables={"matches": listed}), found.height)
    return _card(
        found.row(0, named=True), facts, question, lang=lang, last_orders=last_orders, with_numbers=with_numbers
    )


def _facts(question: Question) -> Facts:
    """The facts without what the rules take out; of a store without purchases all that there is."""
    try:
        return open_facts(question)
    except CusttierError as error:
        if error.code not in {"no-purchases", "no-customers"}:
            raise
        from custtier.store import Store

        return Store(store_folder(question.store, question.settings), settings=question.settings).facts()


def _card(
    whom: Mapping[str, object],
    facts: Facts,
    question: Question,
    *,
    lang: Lang,
    last_orders: int,
    with_numbers: bool,
) -> View:
    key = whom["customer_key"]
    known = with_customers(facts.table("known"), facts.accounts).filter(pl.col("customer_key") == key).collect()
    own = pl.concat([known["account_key"], pl.Series("account_key", [key], dtype=pl.Int64)]).unique()
    answers = _answers(question, lang=lang)
    tiers = answers.get("tiers")
    as_of = question.as_of or facts.extent.last_on
    currency = tiers.currency if tiers else question.currency
    person = Person(own, as_of=as_of, currency=currency, zone=question.settings.zone)
    contacts, orders = contact_rows(facts, person), order_rows(facts, person, with_numbers=with_numbers)
    figures = _figures(answers, str(whom["customer_id"]))
    if not figures and contacts.height:
        figures = {"tier": "prospect"}
    shown = with_products(orders.head(last_orders or orders.height), facts=facts).drop("order_key")
    notes = tuple(note for note in tiers.notes if note.code in _TOLD) if tiers else ()
    if "order_count" not in figures:
        notes = (*notes, Note("no_purchase_of_theirs"))
    if shown.height < orders.height:
        notes = (*notes, Note("last_orders", {"shown": shown.height, "orders": orders.height}))
    return View(
        command="show",
        parameters={
            "as_of": question.as_of.isoformat() if question.as_of else None,
            "currency": question.currency,
            "no_exclusions": not question.use_exclusions,
        },
        summary={},
        tables={
            "customer": card_table({**whom, **figures}, contacts, orders),
            "orders": shown,
            "accounts": account_rows(known),
            "history": event_rows(facts, person),
            "dates": date_rows(facts, person),
        },
        notes=notes,
        as_of=as_of,
        data_through=facts.extent.data_through,
        currency=currency,
    )


def _answers(question: Question, *, lang: Lang) -> Mapping[str, View]:
    """What the analyses say of everyone; nothing where there is nothing to analyse."""
    from custtier.workflows.churn import churn
    from custtier.workflows.rfm import rfm
    from custtier.workflows.tiers import tiers

    whole = replace(question, rows=None)
    asked: Mapping[str, Callable[[], View]] = {
        "tiers": lambda: tiers(whole),
        "rfm": lambda: rfm(whole),
        "churn": lambda: churn(whole, everyone=True, lang=lang),
    }
    try:
        return {name: ask() for name, ask in asked.items()}
    except CusttierError as error:
        if error.exit_code != NOTHING:
            raise
        return {}


def _figures(answers: Mapping[str, View], customer_id: str) -> dict[str, object]:
    """The customer's own figures in all answers, their place by net sales, and what one order brings."""
    row: dict[str, object] = {}
    for view in answers.values():
        mine = view.tables["customers"].filter(pl.col("customer_id") == customer_id)
        row |= mine.row(0, named=True) if mine.height else {}
    if not row:
        return row
    sales = answers["tiers"].tables["customers"]["net_sales"]
    net_sales, orders = int(str(row["net_sales"])), int(str(row["order_count"]))
    # halves up, as amounts are rounded everywhere
    row |= {"sales_rank": int((sales > net_sales).sum()) + 1, "average_order": (net_sales * 2 + orders) // (orders * 2)}
    return row
