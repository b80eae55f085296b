"""`custtier referrals`: who brought whom, from the store or from files."""

from dataclasses import dataclass, replace

from custtier.errors import usage_error
from custtier.views.referrals import answer as view
from custtier.views.referrals.reach import EACH, KNOWN, MOBILISED, Assumed, checked
from custtier.views.view import View
from custtier.workflows.dataset import open_facts
from custtier.workflows.question import Question
from custtier.workflows.referring import told_of
from custtier.workflows.scoping import asked_filters, scope_of
from custtier.workflows.whom import Matches, whom


@dataclass(frozen=True)
class Assumption:
    """What `--reach` assumes; None for the usual figure.

    Args:
        known: People whom one knows.
        mobilised: How many of them speak for the shop.
        each: How many each of these brings.
    """

    known: int | None = None
    mobilised: int | None = None
    each: float | None = None


def referrals(
    question: Question, *, of: str | None = None, depth: int | None = None, assumption: Assumption | None = None
) -> View | Matches:
    """Who brought whom, one person's tree, or how many people could be reached.

    Args:
        question: Where the orders come from, and which are used.
        of: The customer whose tree is drawn; None for everybody.
        depth: How many levels of that tree are listed; None for all.
        assumption: What is assumed of how many could be reached; None for the answer on who brought whom.

    Returns:
        `views.referrals.answer.referrals`, `tree_of` or `reach`; the customers to choose from when `of` means several.

    Raises:
        CusttierError: `depth-needs-of`, `reach-alone`, `unknown-customer`, and those of the views.
    """
    if depth is not None and of is None:
        raise usage_error(
            "depth-needs-of",
            "--depth is how far one customer's tree is drawn, and no customer is named",
            hint="name one: custtier referrals --of CUSTOMER --depth 2",
        )
    if of is not None and assumption is not None:
        raise usage_error(
            "reach-alone",
            "--reach is about the whole shop, --of about one customer",
            hint="leave out --of, or leave out --reach, --known, --mobilised and --each",
        )
    assumed = None if assumption is None else _checked(assumption)
    meant = None if of is None else whom(of, question, command="referrals")
    if isinstance(meant, Matches):
        return meant
    # what was opened to find somebody is not opened again
    facts = open_facts(question) if meant is None else meant.facts
    known = view.known_of(
        facts,
        as_of=question.as_of,
        scope=scope_of(question),
        told=told_of(facts, question.settings),
    )
    if meant is not None:
        answer = view.tree_of(known, meant.customer_key, depth=depth)
    elif assumed is not None:
        answer = view.reach(known, assumed)
    else:
        answer = view.referrals(known)
    return replace(answer, parameters={**answer.parameters, **asked_filters(question)}, excluded=facts.excluded)


def _checked(assumption: Assumption) -> Assumed:
    """The assumption with the usual figures in the place of those that were not given.

    Where only the people known are given, a quarter of them speaks for the shop, as in the usual figures.
    """
    known = KNOWN if assumption.known is None else assumption.known
    mobilised = known * MOBILISED // KNOWN if assumption.mobilised is None else assumption.mobilised
    return checked(known, mobilised, EACH if assumption.each is None else assumption.each)
