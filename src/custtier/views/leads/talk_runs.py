"""Who said how much to whom, from sorted messages: each account's stand together, so that neighbours tell them apart.

Twenty million messages are gone through block by block, in little more than the time of reading them; why, is said in
`docs/adr/0012-runs-of-sorted-purchases.md`. What one pass over neighbours cannot tell is counted by grouping: accounts
whose chats are with several agents, and people with several accounts.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import reduce
from operator import or_
from typing import Final, NamedTuple

import polars as pl

from custtier.schema import Direction
from custtier.views.leads.shop_days import day_numbers

_ROWS_AT_ONCE: Final = 200_000
"""Rows taken at once: they stay in the processor's cache."""

_AT_ONCE: Final = 2
"""Blocks looked at side by side: Polars leaves Python alone while it counts."""
_ACCOUNT: Final = pl.col("account_key")

_Told = tuple[list[pl.DataFrame], pl.DataFrame]
"""What is told of the accounts of a block, and the messages of people with several accounts."""

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

    def told(rows: pl.DataFrame) -> _Told:
        single, mixed, merged = _parted(rows, touched)
        found = [_counted(single, zone=zone, no_talk=no_talk)]
        if mixed.height:
            found.append(grouped(mixed.lazy().rename({"account_key": "customer_key"})))
        return found, merged

    batches = messages.collect_batches(chunk_size=_ROWS_AT_ONCE, maintain_order=True, engine="streaming")
    parts = list(_each(told, _whole_accounts(batches)))
    found = [part for several, _ in parts for part in several]
    apart = [merged for _, merged in parts if merged.height]
    if pairs is not None and apart:
        owned = pl.concat(apart).with_columns(_ACCOUNT.replace(pairs["account_key"], pairs["customer_key"]))
        found.append(grouped(owned.lazy().rename({"account_key": "customer_key"})))
    return pl.concat([part for part in found if part.height] or [grouped(_nothing(messages))])


def _nothing(messages: pl.LazyFrame) -> pl.LazyFrame:
    return pl.LazyFrame(schema=messages.collect_schema()).rename({"account_key": "customer_key"})


def _whole_accounts(batches: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """The same rows in blocks of whole accounts.

    An account at the edge of a batch may go on in the next one: those come last, so that no other row is copied.
    """
    edges: list[pl.DataFrame] = []
    pending: list[pl.DataFrame] = []
    for batch in batches:
        if batch.is_empty():
            continue
        keys = batch.get_column("account_key")
        begin, end = keys.search_sorted(keys.item(0), side="right"), keys.search_sorted(keys.item(-1), side="left")
        if begin >= end:
            pending.append(batch)
            continue
        # in one piece, and so copied: a slice would keep its whole batch in memory
        edges.append(pl.concat([*pending, batch.head(begin)], rechunk=True))
        pending = [batch.slice(end)]
        yield batch.slice(begin, end - begin)
    if pending:
        yield pl.concat([*edges, *pending], rechunk=True)


def _each(told: Callable[[pl.DataFrame], _Told], blocks: Iterable[pl.DataFrame]) -> Iterator[_Told]:
    """What is told of each block, in their order; some are looked at while the next is read."""
    waiting: deque[Future[_Told]] = deque()
    with ThreadPoolExecutor(_AT_ONCE) as workers:
        for rows in blocks:
            waiting.append(workers.submit(told, rows))
            if len(waiting) > _AT_ONCE:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


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
    never = pl.repeat(value=False, n=int(begins.sum()), dtype=pl.Boolean, eager=True)
    is_mixed = never.clone().scatter(run.filter(is_other), True)
    is_merged = never if is_merged is None else is_merged
    of_rows = [mask.gather(run) for mask in (~is_mixed & ~is_merged, is_mixed & ~is_merged, is_merged)]
    single, mixed, merged = (rows.filter(mask) for mask in of_rows)
    return single, mixed, merged


def _begins(values: pl.Series) -> pl.Series:
    """Whether each value differs from the one before it; none of them is null."""
    return (values != values.shift(1)).fill_null(value=True)


def _differs(agents: pl.Series) -> pl.Series:
    """Whether each row names another agent than the one before it; the very first does not count."""
    before = agents.shift(1)
    # the comparison that minds nulls takes ten times as long
    return agents.ne_missing(before) if agents.has_nulls() else (agents != before).fill_null(value=False)


def _counted(rows: pl.DataFrame, *, zone: str, no_talk: Iterable[str]) -> pl.DataFrame:
    """One row per account of one agent each: what was said.

    In single steps on whole columns: for so few rows at once a query costs more to plan than to run.
    """
    keys, sent = rows.get_column("account_key"), rows.get_column("sent_at")
    kind, direction = (_without_nulls(rows.get_column(name)) for name in ("kind", "direction"))
    is_noise = reduce(or_, (kind == word for word in no_talk))
    is_in, is_out = ((direction == side.value) & ~is_noise for side in (Direction.IN, Direction.OUT))
    begins = _begins(keys)
    first = begins.arg_true()
    last = _ends(first, rows.height)
    run = begins.cast(pl.UInt32).cum_sum() - 1
    is_notice = kind == "deleted_us"
    came = _came(run.filter(is_in), sent.filter(is_in), zone=zone)
    # scattering changes a series in its place, so each is given a copy
    counts = pl.Series([0], dtype=pl.Int64).new_from_index(0, first.len())
    never = pl.Series([None], dtype=sent.dtype).new_from_index(0, first.len())
    return pl.DataFrame(
        {
            "customer_key": keys.gather(first),
            "agent": rows.get_column("agent").gather(first),
            "incoming_count": counts.clone().scatter(came.runs, came.counts),
            "incoming_days": counts.clone().scatter(came.runs, came.days),
            "outgoing_count": _grown(is_out.cast(pl.UInt32).cum_sum(), last),
            "first_incoming_at": never.clone().scatter(came.runs, came.first_at),
            "last_incoming_at": never.clone().scatter(came.runs, came.last_at),
            # sorted by instant: of several the last is written last
            "noticed_at": never.clone().scatter(run.filter(is_notice), sent.filter(is_notice)),
            "last_at": sent.gather(last),
        }
    )


def _without_nulls(texts: pl.Series) -> pl.Series:
    return texts.fill_null("") if texts.has_nulls() else texts


class _Came(NamedTuple):
    """What came in, for each run with incoming messages: how many, on how many days, the first and the last."""

    runs: pl.Series
    counts: pl.Series
    days: pl.Series
    first_at: pl.Series
    last_at: pl.Series


def _came(run: pl.Series, sent: pl.Series, *, zone: str) -> _Came:
    """What came in.

    Args:
        run: Of each incoming message, ascending.
        sent: When it was sent, ascending within a run.
        zone: The shop's.
    """
    begins = _begins(run)
    first = begins.arg_true()
    last = _ends(first, run.len())
    days = (begins | _begins(day_numbers(sent, zone=zone))).cast(pl.UInt32).cum_sum()
    return _Came(
        runs=run.gather(first),
        counts=last - first.cast(pl.Int64) + 1,
        days=_grown(days, last),
        first_at=sent.gather(first),
        last_at=sent.gather(last),
    )


def _ends(first: pl.Series, height: int) -> pl.Series:
    """The last row of each run, from the first rows of all."""
    return first.cast(pl.Int64).shift(-1, fill_value=height) - 1


def _grown(running: pl.Series, last: pl.Series) -> pl.Series:
    """By how much a running sum has grown in each run."""
    reached = running.gather(last).cast(pl.Int64)
    return reached - reached.shift(1, fill_value=0)
