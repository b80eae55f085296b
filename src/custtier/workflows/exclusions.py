"""`custtier exclusions`: the user's rules, what each takes out, and what the detectors would suggest."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from custtier.errors import nothing_error, usage_error
from custtier.facts import Facts, Note
from custtier.metrics.brushed import brushed_orders
from custtier.metrics.suspects import Suspects
from custtier.metrics.wholesale import wholesale_orders
from custtier.rules import DETECTORS, Rule
from custtier.settings import settings_file
from custtier.views.exclusions import answer as view
from custtier.views.view import View
from custtier.workflows.dataset import all_facts
from custtier.workflows.excluding import idle_notes, ready
from custtier.workflows.question import Question
from custtier.workflows.scoping import asked_filters, scope_of


def list_exclusions(question: Question) -> View:
    """The user's rules and what each takes out now.

    Args:
        question: Where the orders come from, and which are used.

    Returns:
        `views.exclusions.answer.exclusions` without the detectors.
    """
    return _view(question, question.settings.exclusions, detectors=None, parameters={}, lang="en")


def try_exclusions(question: Question, *, rule: str | None = None, lang: str = "en") -> View:
    """What the rules and the detectors would take out, and which orders those are.

    Args:
        question: Where the orders come from, and which are used.
        rule: Only this rule of the user's; None for all of them and both detectors.
        lang: Language of the reasons.

    Raises:
        CusttierError: `unknown-rule`.
    """
    rules = question.settings.exclusions
    if rule is None:
        return _view(question, rules, detectors=DETECTORS, parameters={}, lang=lang)
    # tested as if it were on: that is what a test is for
    chosen = tuple(replace(one, on=True) for one in rules if one.name.strip() == rule.strip())
    if not chosen:
        if not rules:
            raise usage_error(
                "unknown-rule",
                "there is no exclusion {rule!r}: none is written yet",
                hint="exclusions stand in {path}",
                rule=rule,
                path=str(settings_file()),
            )
        raise usage_error(
            "unknown-rule",
            "there is no exclusion {rule!r}; there are: {known}",
            hint="exclusions stand in {path}",
            rule=rule,
            known=", ".join(one.name for one in rules),
            path=str(settings_file()),
        )
    asked = tuple(one.detector for one in chosen if one.detector)
    return _view(question, chosen, detectors=asked, parameters={"rule": rule}, lang=lang)


def found_by(detectors: Sequence[str], facts: Facts, question: Question, *, as_of: date) -> dict[str, Suspects]:
    """What some detectors find among these orders."""
    limits, zone = question.settings.detectors, question.settings.zone
    found = {}
    if "wholesale" in detectors:
        found["wholesale"] = wholesale_orders(facts, as_of=as_of, limits=limits.wholesale)
    if "brushed" in detectors:
        found["brushed"] = brushed_orders(facts, as_of=as_of, zone=zone, limits=limits.brushed)
    return found


def _view(
    question: Question,
    rules: Sequence[Rule],
    *,
    detectors: Sequence[str] | None,
    parameters: dict[str, object],
    lang: str,
) -> View:
    facts = all_facts(question)
    if question.tags:
        from custtier.workflows.tagging import with_tags

        facts = with_tags(facts, question)
    as_of = question.as_of or facts.extent.last_on
    if as_of is None:
        raise nothing_error(
            "no-purchases",
            "every order is closed, none was kept",
            hint="name or import an export that shows paid orders; what came in is listed by: custtier imports",
        )
    answer = view.exclusions(
        facts,
        rules,
        ready(rules, facts, question, as_of=as_of),
        as_of=as_of,
        scope=scope_of(question),
        detectors=question.settings.detectors,
        found=None if detectors is None else found_by(detectors, facts, question, as_of=as_of),
        lang=lang,
    )
    filters = {name: value for name, value in asked_filters(question).items() if name != "no_exclusions"}
    receipts = answer.tables["exclusions"].select("rule", "orders").iter_rows()
    idle = idle_notes(rules, dict(receipts), facts, question, as_of=as_of)
    notes = (
        (*answer.notes, *idle) if rules else (*answer.notes, Note("no_exclusions_yet", {"path": str(settings_file())}))
    )
    return replace(answer, parameters={**parameters, **filters}, excluded=facts.excluded, notes=notes)
