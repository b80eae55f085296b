"""`--tag`: the facts of a question with the orders of customers who have some tags, and no others."""

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from custtier.errors import nothing_error
from custtier.facts import Facts, Note, Opener
from custtier.people import tags_of_customers
from custtier.views.basis import basis_of
from custtier.views.tags.tagged import TagSources, tagged_customers
from custtier.workflows.kept_tiers import tier_rules
from custtier.workflows.question import Question
from custtier.workflows.scoping import scope_of


def with_tags(facts: Facts, question: Question) -> Facts:
    """The facts with the orders of customers who have every tag asked for on the day observed.

    Whoever has a tag is told by all orders that count, not by those that other options leave: a tag by tier means the
    tier among everybody. Orders of nobody have no tag.

    Raises:
        CusttierError: `unknown-tag`, `bad-tag-rule`; `no-tagged` (exit 4) when nobody has the tags.
    """
    sources = sources_of(facts, question)
    keys = _somebody(tagged_customers(sources, question.tags), sources, question)
    merged = facts.accounts.filter(pl.col("customer_key").is_in(keys.implode())).select("account_key")
    accounts = pl.concat([keys.alias("account_key"), merged.collect(engine="streaming").to_series()])
    # the day observed does not move, and orders stay in their order
    return replace(
        facts,
        purchases=facts.purchases.filter(pl.col("account_key").is_in(accounts.implode())),
        extent=replace(facts.extent, closed_paid_orders=None, orders_without_money=None),
        notes=(*facts.notes, Note("tagged", {"tags": ", ".join(question.tags), "count": keys.len()})),
        opener=_only_theirs(facts.opener, accounts),
    )


def tagged_people(facts: Facts, question: Question, *, among: pl.Series) -> pl.Series:
    """The keys of those among these people, buyers or not, who have every tag asked for on the day observed.

    Raises:
        CusttierError: `unknown-tag`, `bad-tag-rule`; `no-tagged` (exit 4) when none of them has the tags.
    """
    sources = sources_of(facts, question)
    tagged = tagged_customers(sources, question.tags, others=among)
    return _somebody(tagged.filter(tagged.is_in(among.implode())), sources, question)


def _somebody(keys: pl.Series, sources: TagSources, question: Question) -> pl.Series:
    """`keys`, if there are any.

    Raises:
        CusttierError: `no-tagged`.
    """
    if keys.is_empty():
        raise nothing_error(
            "no-tagged",
            "no customer has what is asked for on {as_of}: {tags}",
            hint="see how many have each tag with `custtier tag`; several at once have to hold together",
            as_of=sources.basis.as_of,
            tags=", ".join(question.tags),
        )
    return keys


def _only_theirs(opener: Opener, accounts: pl.Series) -> Opener:
    """Opens the tables, that of contacts without other people: nobody else is a prospect of theirs."""

    def opened(name: str, columns: Sequence[str]) -> pl.LazyFrame:
        if name != "contacts":
            return opener(name, columns)
        asked = list(dict.fromkeys([*columns, "account_key"]))
        return opener(name, asked).filter(pl.col("account_key").is_in(accounts.implode())).select(columns)

    return opened


def sources_of(facts: Facts, question: Question) -> TagSources:
    """What tags come from: everybody's orders up to the day observed, in the currency asked for."""
    everybody = replace(
        question, since=None, until=None, sources=(), shops=(), channels=(), agents=(), refund_basis="order"
    )
    basis = basis_of(facts, scope=scope_of(everybody), as_of=question.as_of)
    given = given_tags(facts)
    noted = (pl.col("noted_on") <= basis.as_of).fill_null(value=True)
    rules = tier_rules(facts, replace(everybody, tags=()))
    return TagSources(basis=basis, settings=question.settings, tier_rules=rules, given=given.filter(noted))


def given_tags(facts: Facts) -> pl.DataFrame:
    """Tags given by hand or in a file: `customer_key`, `tag`, `noted_on`; each tag of a customer once.

    Who everybody is, is asked only where somebody was given a tag.
    """
    said = facts.table("tags").collect()
    if said.is_empty():
        return pl.DataFrame(schema={"customer_key": pl.Int64, "tag": pl.String, "noted_on": pl.Date})
    found = tags_of_customers(said.lazy(), known=facts.table("known"), accounts=facts.accounts)
    return found.select("customer_key", "tag", "noted_on").collect()
