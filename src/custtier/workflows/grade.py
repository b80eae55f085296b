"""`custtier grade`: every contact gets a letter from A to E, from the store or from files."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import polars as pl

from custtier.errors import usage_error
from custtier.grading import GRADES, UNKNOWN
from custtier.text.meant import meant_code
from custtier.views.grade import answer as view
from custtier.views.view import View
from custtier.workflows.grouping import Grouping, check_grouping, of_grouping, with_groups
from custtier.workflows.lead_options import LeadLists
from custtier.workflows.leads import asked_leads
from custtier.workflows.question import Question
from custtier.workflows.scoping import asked_filters

PEOPLE: Final = ("lost_customers", "contacts")
"""Tables of one row a person."""


def grade(
    question: Question,
    *,
    letters: Sequence[str] = (),
    grouping: Grouping | None = None,
    lists: LeadLists | None = None,
    lang: str = "en",
) -> View:
    """Every contact with their letter.

    Args:
        question: Where contacts, chats and orders come from; `channels` and `agents` are those of contacts.
        letters: List only contacts with these letters.
        grouping: By what contacts are told apart; None for channels beside the letters.
        lists: A list of people instead: who moved, or who is worth a word.
        lang: Language of the reasons.

    Returns:
        `views.grade.answer.grade`, with the tables of `views.channels.answer.channels`.

    Raises:
        CusttierError: `unknown-grade`, those of `asked_leads` and of the views.
    """
    wanted = checked_letters(letters)
    if lists is not None and lists.is_asked:
        from custtier.workflows.lead_lists import lead_list

        return lead_list(question, lists, letters=wanted, has_groups=bool(grouping and grouping.is_asked), lang=lang)
    grouping = grouping or Grouping()
    check_grouping(question, grouping)
    asked = asked_leads(question)
    asked = replace(asked, leads=of_grouping(asked.leads, grouping))
    answer = view.grade(
        asked.basis, asked.leads, zone=question.settings.zone, letters=wanted, lang=lang, rows=question.rows
    )
    answer = with_groups(answer, asked, question, grouping, letters=bool(wanted))
    return replace(
        answer,
        parameters={**answer.parameters, **asked_filters(question)},
        tables=_people_last(answer.tables),
        notes=(*asked.notes, *answer.notes),
        excluded=asked.facts.excluded,
    )


def _people_last(tables: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """The tables, the long ones of single people after those of groups; the first stays the answer."""
    first = next(iter(tables))
    late = [name for name in PEOPLE if name in tables and name != first]
    return {name: tables[name] for name in (*(name for name in tables if name not in late), *late)}


def checked_letters(letters: Sequence[str]) -> tuple[str, ...]:
    """The letters that were typed, each once, in their order.

    Raises:
        CusttierError: `unknown-grade`.

    Examples:
        >>> checked_letters(["c", "B,A"])
        ('A', 'B', 'C')
    """
    codes = (*GRADES, UNKNOWN)
    typed = [word for text in letters for word in text.replace("，", ",").split(",") if word.strip()]
    found = set()
    for word in typed:
        code = meant_code(word.strip().upper() if len(word.strip()) == 1 else word.strip(), "grade", codes=codes)
        if code is None:
            raise usage_error(
                "unknown-grade",
                "--grade was given {text!r}; there are: {known}",
                hint="write it as --grade B, or --grade B,C",
                text=word,
                known=", ".join(codes),
            )
        found.add(code)
    return tuple(code for code in codes if code in found)
