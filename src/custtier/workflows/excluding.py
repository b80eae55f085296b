"""The user's exclusion rules applied to the facts of a question, with a receipt for each rule."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from custtier.facts import Facts, Note
from custtier.metrics.exclusions import (
    Evidence,
    Exclusion,
    emptied,
    exclusions_of,
    idle_conditions,
    receipts,
    taken_orders,
)
from custtier.rules import Rule
from custtier.views.spoken import spoken_money
from custtier.workflows.question import Question
from custtier.workflows.scoping import scope_of
from custtier.workflows.staff import staff_of
from custtier.workflows.tagging import given_tags


def with_exclusions(facts: Facts, question: Question) -> Facts:
    """The facts without the orders that the rules take out, and the receipts among `excluded` and the notes.

    Nothing is read, and nothing changes, where no rule is on.
    """
    rules = [rule for rule in question.settings.exclusions if rule.on]
    if not rules:
        return facts
    if not question.use_exclusions:
        return replace(facts, notes=(*facts.notes, Note("exclusions_off", {"rules": len(rules)})))
    as_of = question.as_of or facts.extent.last_on
    if as_of is None:
        return facts
    exclusions = ready(rules, facts, question, as_of=as_of)
    scope = scope_of(question, is_of_period=True)
    found = receipts(taken_orders(facts, exclusions, as_of=as_of, scope=scope), exclusions)
    currency = scope.currency or (facts.extent.currencies[0] if len(facts.extent.currencies) == 1 else None)
    rows = list(found.iter_rows(named=True))
    notes = [
        Note(
            "excluded_by_rule",
            {"rule": row["rule"], "orders": row["orders"], "sales": spoken_money(row["net_sales"], currency)},
        )
        for row in rows
    ]
    if len(rows) > 1:
        notes.append(Note("first_rule_counts"))
    return replace(
        emptied(facts, exclusions),
        notes=(*facts.notes, *notes),
        excluded=(*facts.excluded, *((row["rule"], row["orders"]) for row in rows)),
    )


def ready(rules: Sequence[Rule], facts: Facts, question: Question, *, as_of: date) -> tuple[Exclusion, ...]:
    """The rules ready for these facts.

    Raises:
        CusttierError: `bad-settings` for a staff list that cannot be used.
    """
    return exclusions_of(rules, _evidence(rules, facts, question, as_of=as_of))


def idle_notes(
    rules: Sequence[Rule], taken: Mapping[str, int], facts: Facts, question: Question, *, as_of: date
) -> tuple[Note, ...]:
    """A note on each rule that takes nothing out because no order has what it names.

    Args:
        rules: Those asked about.
        taken: Rule name → orders it takes out.
        facts: All orders.
        question: The user's settings.
        as_of: Last day observed.
    """
    idle = [rule for rule in rules if not taken.get(rule.name.strip())]
    evidence = _evidence(idle, facts, question, as_of=as_of)
    found = [(rule, idle_conditions(rule, evidence)) for rule in idle]
    return tuple(
        Note("idle_rule", {"rule": rule.name.strip(), "conditions": "; ".join(keys)}) for rule, keys in found if keys
    )


def _evidence(rules: Sequence[Rule], facts: Facts, question: Question, *, as_of: date) -> Evidence:
    return Evidence(
        facts=facts,
        as_of=as_of,
        zone=question.settings.zone,
        detectors=question.settings.detectors,
        staff=staff_of(rules),
        tagged=given_tags(facts) if any(rule.tags for rule in rules) else None,
    )
