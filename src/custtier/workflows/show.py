"""`custtier show`: one customer's card, from the store or from files."""

from datetime import date

import polars as pl

from custtier.errors import NOTHING, CusttierError
from custtier.facts import Facts, Note
from custtier.people import account_keys, with_customers
from custtier.schema import AccountKind
from custtier.text import Lang
from custtier.views.explain.card import (
    Person,
    account_rows,
    card_table,
    contact_rows,
    date_rows,
    event_rows,
    order_rows,
    with_products,
)
from custtier.views.explain.one_customer import Measured, figures_of, measured
from custtier.views.view import View
from custtier.workflows.kept_tiers import tier_rules
from custtier.workflows.one_lead import one_lead
from custtier.workflows.question import Question
from custtier.workflows.scoping import scope_of
from custtier.workflows.whom import Matches, Whom, whom

LAST_ORDERS = 10
TOLD = frozenset({"excluded_by_rule", "exclusions_off", "first_rule_counts", "as_of_after_data"})
"""Remarks that are about one customer's figures too."""


def show(
    text: str, question: Question, *, lang: Lang, last_orders: int = LAST_ORDERS, with_numbers: bool = False
) -> View | Matches:
    """One customer's card, or those whom the text means when they are several.

    Tier, class, level and their figures are those that `tiers`, `rfm` and `churn` give the customer.

    Args:
        text: A customer id of today or before, a full phone, an account, an e-mail or a name.
        question: Uses `files` or `store`, `as_of`, `currency`, `use_exclusions`, `settings`.
        lang: Language of `reason`.
        last_orders: So many orders are listed; 0 for all.
        with_numbers: Whether the platforms' order numbers stand beside them.

    Returns:
        Tables `customer` (`views.explain.card.CARD`), `orders`, `accounts`, `history` (adding and deleting), `dates`.

    Raises:
        CusttierError: Those of `whom.whom`.
    """
    found = whom(text, question, command="show")
    if isinstance(found, Matches):
        return found
    facts, settings = found.facts, question.settings
    key, known = found.customer_key, known_of(found)
    seen = seen_among_all(facts, key, question)
    as_of = question.as_of or facts.extent.last_on
    currency = seen.basis.currency if seen else question.currency
    accounts = pl.concat([own_accounts(known, key), _phone_accounts(found, known)]).unique()
    person = Person(accounts, as_of=as_of, currency=currency, zone=settings.zone)
    contacts, orders = contact_rows(facts, person), order_rows(facts, person, with_numbers=with_numbers)
    figures: dict[str, object] = {}
    if seen is not None:
        figures = figures_of(seen, rules=tier_rules(facts, question), churn_levels=settings.churn_levels, lang=lang)
    if not figures and contacts.height:
        figures = {"tier": "prospect"}
    scope = seen.basis.scope if seen else scope_of(question)
    lead = one_lead(facts, accounts, question, as_of=as_of, scope=scope, lang=lang) if contacts.height else None
    if lead is not None:
        figures = {**figures, "grade": lead.grade, "graded_because": lead.because}
    tags = [*_given_tags(found, as_of), *(_tags_by_rule(found, question) if figures.get("order_count") else ())]
    shown = with_products(orders.head(last_orders or orders.height), facts=facts).drop("order_key")
    notes = tuple(note for note in seen.found.notes if note.code in TOLD) if seen else ()
    if "order_count" not in figures:
        notes = (*notes, Note("no_purchase_of_theirs"))
    if shown.height < orders.height:
        notes = (*notes, Note("last_orders", {"shown": shown.height, "orders": orders.height}))
    return View(
        command="show",
        parameters=asked_of_one(question),
        summary={},
        tables={
            "customer": card_table({**found.row, **figures}, contacts, orders, tags=tags),
            "orders": shown,
            "accounts": account_rows(known),
            "history": event_rows(facts, person),
            "dates": date_rows(facts, person),
        },
        notes=notes,
        as_of=as_of,
        data_through=facts.extent.data_through,
        currency=currency,
        excluded=facts.excluded if question.files else (),
        labels=settings.tier_cuts.labels,
    )


def _given_tags(found: Whom, as_of: date | None) -> list[str]:
    """Tags that somebody gave the customer by hand or in a file, up to the day observed."""
    given = found.facts.table("tags")
    if given.head(1).collect().is_empty():
        return []
    from custtier.people import tags_of_customers

    is_noted = pl.lit(value=True) if as_of is None else (pl.col("noted_on") <= as_of).fill_null(value=True)
    theirs = tags_of_customers(given, known=found.known, accounts=found.facts.accounts).filter(
        is_noted, pl.col("customer_key") == found.customer_key
    )
    return theirs.select("tag").collect().to_series().sort().to_list()


def _tags_by_rule(found: Whom, question: Question) -> list[str]:
    """Tags that the user's rules give the customer, in the order of the rules."""
    if not question.settings.tags:
        return []
    # the language of rules is loaded by who has any
    from custtier.tagging.rules import rule_condition
    from custtier.views.tags.tagged import judged
    from custtier.workflows.tagging import sources_of

    sources = sources_of(found.facts, question)
    rules = {f"rule {place}": rule for place, rule in enumerate(sources.rules)}
    table = judged(sources, {name: rule_condition(rule, sources.shop) for name, rule in rules.items()})
    mine = table.filter(pl.col("customer_key") == found.customer_key)
    return [rule.name for name, rule in rules.items() if mine.height and mine.get_column(name).item()]


def asked_of_one(question: Question) -> dict[str, object]:
    """The shared options of questions about one customer, as typed."""
    return {
        "as_of": question.as_of.isoformat() if question.as_of else None,
        "currency": question.currency,
        "no_exclusions": not question.use_exclusions,
    }


def known_of(found: Whom) -> pl.DataFrame:
    """What is known of the customer's accounts: their rows of `schema.KNOWN`."""
    is_theirs = pl.col("customer_key") == found.customer_key
    return with_customers(found.known, found.facts.accounts).filter(is_theirs).collect()


def own_accounts(known: pl.DataFrame, key: int) -> pl.Series:
    """The keys of all accounts of a customer, their own among them."""
    return pl.concat([known["account_key"], pl.Series("account_key", [key], dtype=pl.Int64)]).unique()


def _phone_accounts(found: Whom, known: pl.DataFrame) -> pl.Series:
    """Their phones as accounts, for lists that name people by phone; not those that others usually have, too."""
    phones = known["usual_phone"].drop_nulls().unique()
    everyone = with_customers(found.known, found.facts.accounts)
    others = everyone.filter(
        pl.col("usual_phone").is_in(phones.implode()), pl.col("customer_key") != found.customer_key
    ).select("usual_phone")
    alone = phones.filter(~phones.is_in(others.collect()["usual_phone"].implode()))
    rows = alone.alias("account").to_frame().with_columns(account_kind=pl.lit(AccountKind.PHONE.value))
    return account_keys(rows.with_columns(platform=pl.lit(None, dtype=pl.String)))


def seen_among_all(facts: Facts, key: int, question: Question, *, with_gaps: bool = False) -> Measured | None:
    """The customer among all; None where nobody bought anything."""
    try:
        return measured(facts, key, as_of=question.as_of, scope=scope_of(question), with_gaps=with_gaps)
    except CusttierError as error:
        if error.exit_code != NOTHING:
            raise
        return None
