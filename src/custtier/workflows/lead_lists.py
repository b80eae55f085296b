"""What `custtier grade` lists of people rather than letters: who moved between two days, and who is worth a word."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import polars as pl

from custtier.errors import usage_error
from custtier.grading import WORTH_A_WORD
from custtier.periods import parse_day
from custtier.views.basis import basis_of
from custtier.views.columns.orders import bought_by
from custtier.views.leads.leads import leads_of
from custtier.views.leads.moves import lead_moves as moves_view
from custtier.views.leads.promising import Wanted
from custtier.views.leads.promising import promising as promising_view
from custtier.views.leads.trial import learnt
from custtier.views.view import View
from custtier.workflows.lead_options import LeadLists
from custtier.workflows.leads import Asked, asked_leads
from custtier.workflows.moves import check_first, first_day
from custtier.workflows.question import Question
from custtier.workflows.scoping import asked_filters


def lead_list(
    question: Question, lists: LeadLists, *, letters: Sequence[str] = (), has_groups: bool = False, lang: str = "en"
) -> View:
    """The list of people that is asked for.

    Args:
        question: As of `workflows.grade.grade`.
        lists: Which one.
        letters: Codes of letters: only who has one of them.
        has_groups: Whether groups of contacts are asked for too.
        lang: Language of the reasons.

    Returns:
        `moves` or `promising`.

    Raises:
        CusttierError: `one-answer` for two answers at once, `capacity-alone`, `no-word-worth` for letters that are
            never on the list; those of `moves` and `promising`.
    """
    if (lists.moves is not None) + lists.promising + has_groups > 1:
        raise usage_error(
            "one-answer",
            "--moves, --promising, and --by or what goes with it each give an answer of their own",
            hint="ask for one of them at a time",
        )
    if lists.capacity is not None and not lists.promising:
        raise usage_error(
            "capacity-alone",
            "--capacity says how many people each agent can write to; without --promising nobody is listed",
            hint="add --promising",
        )
    if lists.moves is not None:
        return moves(question, lists.moves, letters=letters, lang=lang)
    wanted = [letter for letter in WORTH_A_WORD if letter in letters]
    if letters and not wanted:
        raise usage_error(
            "no-word-worth",
            "--promising lists contacts with {letters}, --grade asks for others",
            hint="leave out --grade, or name B or C",
            letters=", ".join(WORTH_A_WORD),
        )
    return promising(question, letters=wanted, capacity=lists.capacity, lang=lang)


def moves(question: Question, typed: tuple[str, str], *, letters: Sequence[str] = (), lang: str = "en") -> View:
    """Who has another letter on the second day than on the first.

    Args:
        question: As of `workflows.grade.grade`.
        typed: Both days: the first as of `workflows.moves.first_day`, the second a day.
        letters: List only who has one of these letters now.
        lang: Language of the reasons.

    Returns:
        `views.leads.moves.lead_moves`.

    Raises:
        CusttierError: `bad-first-day`, `bad-day`, `two-last-days`, `moves-backwards`, those of `asked_leads`.
    """
    check_first(typed[0])
    second = parse_day(typed[1], option="--moves TO")
    if question.as_of not in {None, second}:
        raise usage_error(
            "two-last-days",
            "TO is {second}, --as-of is {as_of}; both name the second day",
            hint="leave out one of the two",
            second=second,
            as_of=question.as_of,
        )
    first = first_day(typed[0], second=second)
    if first > second:
        raise usage_error(
            "moves-backwards",
            "the first day {first} lies after the second, {second}",
            hint="give the earlier day first",
            first=first,
            second=second,
        )
    asked = asked_leads(replace(question, as_of=second))
    before = basis_of(asked.facts, scope=asked.basis.scope, as_of=first)
    then = leads_of(before, zone=question.settings.zone, cuts=question.settings.grades)
    answer = moves_view(asked.basis, asked.leads, then, first=first, letters=letters, lang=lang, rows=question.rows)
    return _told(answer, asked, question)


def promising(
    question: Question, *, letters: Sequence[str] = (), capacity: int | None = None, lang: str = "en"
) -> View:
    """Contacts with B and C, those first who are most likely to buy soon.

    Args:
        question: As of `workflows.grade.grade`.
        letters: Only B, or only C; empty for both.
        capacity: How many each agent can write to; None for all.
        lang: Language of the reasons.

    Returns:
        `views.leads.promising.promising`.

    Raises:
        CusttierError: Those of `asked_leads`.
    """
    asked = asked_leads(question)
    settings = question.settings

    def people_on(day: date) -> pl.DataFrame:
        before = basis_of(asked.facts, scope=asked.basis.scope, as_of=day)
        return leads_of(before, zone=settings.zone, cuts=settings.grades).people

    through = asked.facts.extent.data_through
    agents = max(asked.leads.people["agent"].n_unique(), 1)
    past = learnt(
        people_on,
        bought_by(asked.basis).select("customer_key", "order_day").collect(engine="streaming"),
        until=min(asked.basis.as_of, through) if through else asked.basis.as_of,
        length=None if capacity is None else capacity * agents,
    )
    # names may be typed as they are compared: the lists asked for say how they are written
    lists_of = asked.leads.entries.get_column("agent").drop_nulls().unique().to_list() if question.agents else ()
    wanted = Wanted(letters, lists_of, capacity)
    answer = promising_view(asked.basis, asked.leads, past, wanted=wanted, lang=lang, rows=question.rows)
    return _told(answer, asked, question)


def _told(answer: View, asked: Asked, question: Question) -> View:
    return replace(
        answer,
        parameters={**answer.parameters, **asked_filters(question)},
        notes=(*asked.notes, *answer.notes),
        excluded=asked.facts.excluded,
    )
