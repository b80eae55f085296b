"""The contacts that a question is about: those of some agents or channels."""

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from custtier.errors import usage_error
from custtier.same_name import folded_name
from custtier.views.leads.leads import Leads

_SHOWN = 10


def of_asked(leads: Leads, *, agents: Sequence[str] = (), channels: Sequence[str] = ()) -> Leads:
    """The entries of these agents' lists and of these channels, and the people who have any of them.

    Names are compared like `same_name.folded_name`, as they are where contacts are told by channel.

    Args:
        leads: Everybody.
        agents: Names of agents; empty for all.
        channels: Channels of the first adding; empty for all.

    Raises:
        CusttierError: `unknown-agent` or `unknown-channel` for a name that stands at no contact.
    """
    found = leads
    for option, names in (("agent", agents), ("channel", channels)):
        if not names:
            continue
        spelled = _spellings(leads, option, names)
        entries = found.entries.filter(pl.col(option).is_in(spelled))
        if option == "agent":
            keys = entries.get_column("customer_key").drop_nulls()
            rows = entries.get_column("contact_key")
            is_theirs = pl.col("customer_key").is_in(keys.implode()) | pl.col("contact_key").is_in(rows.implode())
            people = found.people.filter(is_theirs)
        else:
            people = found.people.filter(pl.col(option).is_in(spelled))
        found = replace(found, entries=entries, people=people)
    return found


def _spellings(leads: Leads, option: str, names: Sequence[str]) -> list[str]:
    """How these names are written at contacts."""
    known = sorted(leads.entries.get_column(option).drop_nulls().unique().to_list())
    written: dict[str, list[str]] = {}
    for text in known:
        written.setdefault(folded_name(text), []).append(text)
    for name in names:
        if folded_name(name) not in written:
            listed = ", ".join(known[:_SHOWN]) or "-"
            raise usage_error(
                f"unknown-{option}",
                "--{option} {value!r} stands at no contact; known: {known}",
                hint="write it as one of these",
                option=option,
                value=name,
                known=listed if len(known) <= _SHOWN else f"{listed}, … (+{len(known) - _SHOWN})",
            )
    return [text for name in names for text in written[folded_name(name)]]
