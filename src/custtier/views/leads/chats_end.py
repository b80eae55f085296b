"""How far the chats behind the letters reach: who wrote after their end is not known, and everybody looks silent."""

from datetime import date, timedelta
from typing import Final

import polars as pl

from custtier.facts import Note
from custtier.grading import GradeCuts
from custtier.views.leads.shop_days import dates

_FEWEST_DAYS: Final = 3
"""Fewer days without any message are a quiet weekend."""
_MANY_DAYS: Final = 7
"""So many are said even where they change nobody's B: of those who never answered some may have."""
_NAMED: Final = 5


def chats_end(people: pl.DataFrame, said: pl.DataFrame, *, as_of: date, cuts: GradeCuts, zone: str) -> list[Note]:
    """Remarks on chats that end before the day observed: all of them, or those of some agents.

    Args:
        people: `leads.Leads.people`.
        said: Of `talk.talk`.
        as_of: Last day observed.
        cuts: After how many days it is silence.
        zone: The shop's.
    """
    if said.is_empty():
        return []
    by_agent = said.group_by("agent").agg(pl.col("last_at").max()).sort("agent", nulls_last=True)
    by_agent = by_agent.with_columns(dates(by_agent["last_at"], zone=zone).alias("until"))
    until = by_agent.get_column("until").max()
    if not isinstance(until, date):
        return []
    silence, notes = timedelta(days=cuts.silent_days), []
    silent = people.filter(pl.col("grade_reason") == "fell_silent").select("agent", "last_incoming_on")
    gap = (as_of - until).days
    late = silent.filter(pl.col("last_incoming_on") >= until - silence).height
    if gap >= _FEWEST_DAYS and (late or gap >= _MANY_DAYS):
        notes.append(Note("chats_end", {"until": until, "days": gap, "count": late}))
    others = by_agent.filter(pl.col("agent").is_null()).get_column("until").max()
    behind = by_agent.filter(pl.col("agent").is_not_null() & (pl.col("until") < until - silence))
    if behind.is_empty() or isinstance(others, date):
        # chats that name no agent may be anybody's
        return notes
    told = silent.join(behind.select("agent", "until"), on="agent", how="inner")
    told = told.filter(pl.col("last_incoming_on") >= pl.col("until") - silence)
    ended = behind.join(told, on="agent", how="semi")
    if ended.height:
        names = [f"{agent} ({day})" for agent, day in ended.select("agent", "until").head(_NAMED).iter_rows()]
        values = {"agents": ended.height, "names": ", ".join(names), "count": told.height}
        notes.append(Note("chats_of_agents_end", values))
    return notes
