"""Who said how much to whom, from sorted messages: each account's stand together, so that neighbours tell them apart.

Twenty million messages are gone through block by block, in little more than the time of reading them; why, is said in
`docs/adr/0012-runs-of-sorted-purchases.md`. What one pass over neighbours cannot tell is counted by grouping: accounts
whose chats are with several agents, and people with several accounts.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

import polars as pl

from custtier.schema import Direction
from custtier.views.leads.shop_days import day_numbers

_ROWS_AT_ONCE: Final = 400_000
"""Rows taken at once: they stay in the processor's cache."""

_ACCOUNT: Final = pl.col("account_key")

Grouped = Callable[[pl.LazyFrame], pl.DataFrame]
"""Counts messages by `customer_key` and `agent`, sorted or not."""


def talk_by_runs(
    messages: pl.LazyFrame, *, accounts: pl.LazyFrame | None, zone: str, grouped: Grouped, no_talk: Iterable[str]
) -> pl.DataFrame:
    """What was said in these messages.

    Args:
        messages: `account_key` (not null), `agent`, `sent_at`, `direction`, `kind`, sorted by account and instant.
        accounts: `schema.ACCOUNTS`; None when nobody has several.
        zone: The shop's.
        grouped: Counts what neighbours do not tell.
        no_talk: Kinds of messages that nobody has written.

    Returns:
        What `grouped` gives of all of them.
    """
    pairs = None if accounts is None else accounts.collect()
    touched = None if pairs is None else pl.concat([pairs["account_key"], pairs["customer_key"]]).unique().sort()
    found, apart = [], []
    batches = messages.collect_batches(chunk_size=_ROWS_AT_ONCE, maintain_order=True, engine="streaming")
    for rows in _whole_accounts(batches):
        single, mixed, merged = _parted(rows, touched)
        found.append(_counted(single, zone=zone, no_talk=no_talk))
        if mixed.height:
            found.append(grouped(mixed.lazy().rename({"account_key": "customer_key"})))
        if merged.height:
            apart.append(merged)
    if pairs is not None and apart:
        owned = pl.concat(apart).with_columns(_ACCOUNT.replace(pairs["account_key"], pairs["customer_key"]))
        found.append(grouped(owned.lazy().rename({"account_key": "customer_key"})))
    return pl.concat([part for part in found if part.height] or [grouped(_nothing(messages))])


def _nothing(messages: pl.LazyFrame) -> pl.LazyFrame:
    return pl.LazyFrame(schema=messages.collect_schema()).rename({"account_key": "customer_key"})


def _whole_accounts(batches: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """The same rows in blocks that end where an account's end."""
    pending: list[pl.DataFrame] = []
    for batch in batches:
        if batch.is_empty():
            continue
        keys = batch.get_column("account_key")
        others = keys.search_sorted(keys.item(-1), side="left")
        if others == 0 and pending and pending[-1].get_column("account_key").item(-1) == keys.item(0):
            # one account over several batches: nothing to look at before it ends
            pending.append(batch)
            continue
        whole = [*pending, batch.head(others)]
        pending = [batch.slice(others)]
        if sum(part.height for part in whole):
            yield pl.concat(whole)
    if pending:
        yield pl.concat(pending)


def _parted(rows: pl.DataFrame, touched: pl.Series | None) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Accounts with one agent; those with several; those of people with several accounts."""
    nobody = rows.clear()
    begins = _begins(rows.get_column("account_key"))
    is_other = _differs(rows.get_column("agent")) & ~begins
    is_merged = None
    if touched is not None:
        keys = rows.get_column("account_key").filter(begins)
        low, high = touched.search_sorted(pl.Series([keys.item(0), keys.item(-1)]), side="left")
        is_merged = keys.is_in(touched.slice(low, high - low + 1).implode())
    if not is_other.any() and (is_merged is None or not is_merged.any()):
        return rows, nobody, nobody
    run = begins.cast(pl.UInt32).cum_sum() - 1
    mixed_runs = run.filter(is_other).unique()
    count = int(begins.sum())
    is_mixed = pl.repeat(value=False, n=count, dtype=pl.Boolean, eager=True).scatter(mixed_runs, True)
    is_merged = is_merged if is_merged is not None else pl.repeat(value=False, n=count, dtype=pl.Boolean, eager=True)
    of_rows = [mask.gather(run) for mask in (~is_mixed & ~is_merged, is_mixed & ~is_merged, is_merged)]
    single, mixed, merged = (rows.filter(mask) for mask in of_rows)
    return single, mixed, merged


def _begins(keys: pl.Series) -> pl.Series:
    """Whether each row is the first of its account."""
    return (keys != keys.shift(1)).fill_null(value=True)


def _differs(agents: pl.Series) -> pl.Series:
    """Whether each row names another agent than the one before it."""
    before = agents.shift(1)
    # the comparison that minds nulls takes ten times as long
    return agents.ne_missing(before) if agents.has_nulls() else (agents != before).fill_null(value=True)


def _counted(rows: pl.DataFrame, *, zone: str, no_talk: Iterable[str]) -> pl.DataFrame:
    """One row per account of one agent each: what was said."""
    keys, kind, direction = (rows.get_column(name) for name in ("account_key", "kind", "direction"))
    is_talk = pl.repeat(value=True, n=rows.height, dtype=pl.Boolean, eager=True)
    for word in no_talk:
        is_talk &= (kind != word).fill_null(value=True)
    is_in, is_out = (
        ((direction == side.value) & is_talk).fill_null(value=False) for side in (Direction.IN, Direction.OUT)
    )
    begins = _begins(keys)
    first = begins.arg_true()
    run = begins.cast(pl.UInt32).cum_sum() - 1
    sent = rows.get_column("sent_at")
    is_notice = (kind == "deleted_us").fill_null(value=False)
    of_notice = run.filter(is_notice)
    # scattering changes a series in its place, so each is given a copy
    counts = pl.Series([0], dtype=pl.Int64).new_from_index(0, first.len())
    never = pl.Series([None], dtype=sent.dtype).new_from_index(0, first.len())
    came = _came(run.filter(is_in), sent.filter(is_in), zone=zone)
    return pl.DataFrame(
        {
            "customer_key": keys.gather(first),
            "agent": rows.get_column("agent").gather(first),
            "incoming_count": counts.clone().scatter(came["run"], came["incoming_count"]),
            "incoming_days": counts.clone().scatter(came["run"], came["incoming_days"]),
            "outgoing_count": _grown(is_out.cast(pl.Int64).cum_sum(), _ends(first, rows.height)),
            "first_incoming_at": never.clone().scatter(came["run"], came["first_incoming_at"]),
            "last_incoming_at": never.clone().scatter(came["run"], came["last_incoming_at"]),
            # sorted by instant: of several the last is written last
            "noticed_at": never.clone().scatter(of_notice, sent.filter(is_notice)),
        }
    )


def _came(run: pl.Series, sent: pl.Series, *, zone: str) -> pl.DataFrame:
    """One row per run with incoming messages: how many, on how many days, the first and the last."""
    day = day_numbers(sent, zone=zone)
    begins = _begins(run)
    first = begins.arg_true()
    last = _ends(first, run.len())
    days = (begins | (day != day.shift(1)).fill_null(value=True)).cast(pl.Int64).cum_sum()
    return pl.DataFrame(
        {
            "run": run.gather(first),
            "incoming_count": last - first.cast(pl.Int64) + 1,
            "incoming_days": _grown(days, last),
            "first_incoming_at": sent.gather(first),
            "last_incoming_at": sent.gather(last),
        }
    )


def _ends(first: pl.Series, height: int) -> pl.Series:
    """The last row of each run, from the first rows of all."""
    return first.cast(pl.Int64).shift(-1, fill_value=height) - 1


def _grown(running: pl.Series, last: pl.Series) -> pl.Series:
    """By how much a running sum has grown in each run."""
    reached = running.gather(last)
    return reached - reached.shift(1, fill_value=0)
