"""What was spent to win contacts, in the currency of the answer, by channel, campaign, agent and day."""

from dataclasses import dataclass
from datetime import date

import polars as pl

from custtier.facts import Note
from custtier.metrics.conversion import converted
from custtier.same_name import folded_name
from custtier.views.basis import Basis
from custtier.views.channels.groups import folded

_COLUMNS = ("channel", "campaign", "agent", "spent_on", "amount", "currency", "impressions", "clicks")


@dataclass(frozen=True)
class Spent:
    """What was spent.

    Args:
        rows: `channel`, `campaign`, `agent`, `spent_on`, `spend` (Int64, minor units), `impressions`, `clicks` (Int64,
            null where the file says nothing).
        currency: Of `spend`.
        notes: What could not be counted.
    """

    rows: pl.DataFrame
    currency: str | None
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class Part:
    """Which spend belongs to the contacts asked for.

    Args:
        since: First day.
        until: Last day.
        channels: Only of these; empty for all.
        agents: Only of these; empty for all. Where spend names no agent, none of it is anybody's.
        is_tagged: Whether the contacts are those with some tag: nobody says what was spent on them.
    """

    since: date | None = None
    until: date | None = None
    channels: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()
    is_tagged: bool = False


def spent_on_contacts(basis: Basis, part: Part) -> Spent:
    """Spend up to the day observed; in a currency that no rate converts it is left out and said.

    Args:
        basis: Its facts, day and currency.
        part: Which of it.
    """
    since, until = part.since, part.until
    rows = basis.facts.table("spend", columns=list(_COLUMNS)).filter(pl.col("spent_on") <= basis.as_of)
    if since:
        rows = rows.filter(pl.col("spent_on") >= since)
    if until:
        rows = rows.filter(pl.col("spent_on") <= until)
    for name, asked in (("channel", part.channels), ("agent", part.agents)):
        if asked:
            rows = rows.filter(folded(name).is_in([folded_name(one) for one in asked]))
    found = rows.collect()
    if part.is_tagged and found.height:
        return Spent(_shaped(found.clear(), pl.col("amount")), basis.currency, (Note("spend_of_no_tag"),))
    if part.agents and not found.height:
        return Spent(_shaped(found, pl.col("amount")), basis.currency, (Note("spend_of_no_agent"),))
    conversion = basis.scope.conversion
    currency = basis.currency or _only(found)
    known = {currency, *(conversion.currencies if conversion else ())}
    is_known = pl.col("currency").is_null() | pl.col("currency").is_in(sorted(name for name in known if name))
    strange = found.filter(~is_known).group_by("currency").len().sort("currency")
    notes = tuple(
        Note("spend_in_another_currency", {"rows": count, "currency": name}) for name, count in strange.iter_rows()
    )
    amount = pl.col("amount")
    if conversion is not None:
        amount = pl.when(amount > 0).then(converted(amount, conversion=conversion)).otherwise(amount)
    kept = found.filter(is_known).with_columns(pl.col("spent_on").cast(pl.Int32).alias("order_day"))
    return Spent(_shaped(kept, amount), currency, notes)


def _shaped(rows: pl.DataFrame, amount: pl.Expr) -> pl.DataFrame:
    return rows.select("channel", "campaign", "agent", "spent_on", amount.alias("spend"), "impressions", "clicks")


def _only(spend: pl.DataFrame) -> str | None:
    """The currency of all spend where orders name none; the one of most rows where there are several."""
    counts = (
        spend.drop_nulls("currency").group_by("currency").agg(pl.len().cast(pl.Int64)).sort(-pl.col("len"), "currency")
    )
    return None if counts.is_empty() else str(counts["currency"][0])
