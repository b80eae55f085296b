"""What `custtier grade` is asked about channels, campaigns, agents and days, and the answer with it."""

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from custtier.workflows.question import Question

if TYPE_CHECKING:
    from custtier.views.channels.answer import Asked
    from custtier.views.leads.leads import Leads
    from custtier.views.view import View
    from custtier.workflows.leads import Asked as AskedLeads


@dataclass(frozen=True)
class Grouping:
    """How contacts are told apart.

    Args:
        by: `channel`, `campaign`, `agent`, `day`, `week` or `month`; None: channels beside the letters, where there are
            any.
        compare: Two of them.
        added_since: First day of adding, and of spend.
        added_until: Last day of adding, and of spend.
        new_only: Without who bought before being added.
        attribution: `first` or `last` of the addings tells the channel.
    """

    by: str | None = None
    compare: tuple[str, str] | None = None
    added_since: date | None = None
    added_until: date | None = None
    new_only: bool = False
    attribution: str = "first"

    @property
    def is_asked(self) -> bool:
        """Whether anything is asked."""
        return self != Grouping()

    @property
    def is_of_groups(self) -> bool:
        """Whether the answer is about groups, and not about people."""
        return self.by is not None or self.compare is not None

    @property
    def parameters(self) -> dict[str, object]:
        """As typed."""
        return {
            "by": self.by,
            "compare": list(self.compare) if self.compare else None,
            "added_since": self.added_since.isoformat() if self.added_since else None,
            "added_until": self.added_until.isoformat() if self.added_until else None,
            "new_only": self.new_only,
            "attribution": self.attribution if self.attribution != "first" else None,
        }


def check_grouping(question: Question, grouping: Grouping) -> None:
    """Return when the question about groups can be asked, before anything is read.

    Raises:
        CusttierError: Those of `views.channels.answer.checked`.
    """
    if grouping.is_asked:
        from custtier.views.channels.answer import checked

        checked(_asked(question, grouping))


def of_grouping(leads: "Leads", grouping: Grouping) -> "Leads":
    """The contacts that a question about groups is about."""
    from custtier.views.channels.attribution import narrowed

    since, until = grouping.added_since, grouping.added_until
    return narrowed(leads, since=since, until=until, new_only=grouping.new_only)


def with_groups(
    answer: "View", leads: "AskedLeads", question: Question, grouping: Grouping, *, letters: bool = False
) -> "View":
    """The answer with what its contacts cost and brought.

    Args:
        answer: `views.grade.answer.grade`.
        leads: Its contacts.
        question: As asked.
        grouping: How contacts are told apart. Where it is about groups they come first, and the list of contacts is
            left out; else channels stand behind the letters if any contact tells one.
        letters: Whether a list of contacts is asked for.

    Raises:
        CusttierError: Those of `views.channels.answer.channels`.
    """
    from custtier.views.channels.answer import channels

    if not grouping.is_of_groups and not _tells_channels(leads.leads):
        return answer
    zone = question.settings.zone
    asked = _asked(question, grouping)
    part = channels(leads.leads, basis=leads.basis, zone=zone, asked=asked, everybody=leads.everybody)
    if grouping.is_of_groups:
        listed = ("grades", "contacts") if letters else ("grades",)
        tables = {**part.tables, **{name: answer.tables[name] for name in listed}}
    else:
        tables = {**answer.tables, **{name: part.tables[name] for name in ("channels", "funnel")}}
    # what staff had noted is said beside its table alone
    notes = tuple(note for note in answer.notes if "classes" in tables or not note.code.startswith("classes_"))
    return replace(
        answer,
        parameters={**answer.parameters, **grouping.parameters},
        summary={**answer.summary, **part.summary},
        tables=tables,
        notes=(*notes, *part.notes),
        currency=part.currency,
    )


def _tells_channels(leads: "Leads") -> bool:
    """Whether any contact tells a channel; buyers who stand in for contacts have come through none."""
    is_list = all(note.code != "contacts_from_orders" for note in leads.notes)
    return is_list and leads.people["channel"].null_count() < leads.people.height


def _asked(question: Question, grouping: Grouping) -> "Asked":
    from custtier.views.channels.answer import CHANNEL, Asked

    return Asked(
        by=grouping.by or CHANNEL,
        compare=grouping.compare,
        added_since=grouping.added_since,
        added_until=grouping.added_until,
        new_only=grouping.new_only,
        attribution=grouping.attribution,
        channels=question.channels,
        agents=question.agents,
        is_tagged=bool(question.tags),
    )
