"""What was said up to a day: one pass over sorted messages gives what counting row by row does."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custtier.facts import TABLES
from custtier.schema import ACCOUNTS, conform
from custtier.views.leads import talk_runs
from custtier.views.leads.shop_days import day_numbers
from custtier.views.leads.talk import NO_TALK, talk

ZONES = ("Asia/Shanghai", "UTC", "Europe/Berlin", "America/St_Johns", "Asia/Kathmandu")
START = datetime(2026, 3, 20, tzinfo=UTC)
AS_OF = date(2026, 4, 20)

messages = st.lists(
    st.tuples(
        st.one_of(st.none(), st.integers(-3, 6)),
        st.sampled_from([None, "小王", "小李", "a much longer name of an agent"]),
        st.integers(0, 40 * 24 * 4).map(lambda quarters: START + timedelta(minutes=15 * quarters)),
        st.sampled_from([None, "in", "in", "out", "system"]),
        st.sampled_from([None, "text", "text", "image", *NO_TALK]),
    ),
    max_size=60,
)
merges = st.dictionaries(st.integers(1, 6), st.integers(-3, 0), max_size=3)


def stored(rows: list[Any]) -> pl.LazyFrame:
    """Messages as the store keeps them."""
    shape = TABLES["messages"]
    found = conform(pl.DataFrame(rows, schema=list(shape), orient="row", infer_schema_length=None), shape)
    return found.sort("account_key", "sent_at", nulls_last=True).lazy()


def row_by_row(rows: list[Any], *, owners: dict[int, int], zone: str) -> dict[Any, tuple[Any, ...]]:
    """The same, counted slowly."""
    said: dict[Any, list[Any]] = defaultdict(list)
    for account, agent, sent_at, direction, kind in rows:
        if account is not None and sent_at.astimezone(ZoneInfo(zone)).date() <= AS_OF:
            said[owners.get(account, account), agent].append((sent_at, direction, kind))
    found = {}
    for whose, lines in said.items():
        came = sorted(at for at, direction, kind in lines if direction == "in" and kind not in NO_TALK)
        went = sum(direction == "out" and kind not in NO_TALK for _, direction, kind in lines)
        days = {at.astimezone(ZoneInfo(zone)).date() for at in came}
        noticed = max((at for at, _, kind in lines if kind == "deleted_us"), default=None)
        found[whose] = (
            len(came), len(days), went, came[0] if came else None, came[-1] if came else None, noticed,
            max(at for at, _, _ in lines),
        )  # fmt: skip
    return found


@given(messages, merges, st.sampled_from(ZONES), st.sampled_from([1, 3, 7, 1000]))
@settings(max_examples=60, deadline=None)
def test_one_pass_over_sorted_messages_counts_what_row_by_row_does(
    rows: list[Any], owners: dict[int, int], zone: str, at_once: int
) -> None:
    accounts = pl.LazyFrame(
        [{"account_key": account, "customer_key": owner} for account, owner in owners.items()], schema=dict(ACCOUNTS)
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(talk_runs, "_ROWS_AT_ONCE", at_once)
        said = talk(stored(rows), accounts=accounts if owners else None, as_of=AS_OF, zone=zone)
    assert {row[:2]: row[2:] for row in said.iter_rows()} == row_by_row(rows, owners=owners, zone=zone)
    assert said.schema["incoming_days"] == pl.Int64


def test_nothing_said_has_the_same_columns() -> None:
    said = talk(stored([]), accounts=None, as_of=AS_OF, zone="Asia/Shanghai")
    assert said.is_empty()
    assert said.columns[:3] == ["customer_key", "agent", "incoming_count"]


@given(
    st.lists(st.datetimes(datetime(1990, 1, 1), datetime(2060, 1, 1)), min_size=1, max_size=40),  # noqa: DTZ001 - drawn in UTC
    st.sampled_from([*ZONES, "Australia/Lord_Howe", "Pacific/Apia", "America/Sao_Paulo"]),
)
@settings(max_examples=60, deadline=None)
def test_a_day_by_whole_numbers_is_the_day_that_the_zone_tells(drawn: list[datetime], zone: str) -> None:
    instants = pl.Series(drawn, dtype=pl.Datetime("us")).dt.replace_time_zone("UTC")
    told = instants.dt.convert_time_zone(zone).dt.date().cast(pl.Int32).cast(pl.Int64)
    assert day_numbers(instants, zone=zone).to_list() == told.to_list()


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/St_Johns", "Pacific/Apia"])
def test_the_hours_around_every_change_of_the_clock_lie_on_the_right_day(zone: str) -> None:
    start, end = datetime(2011, 1, 1, tzinfo=UTC), datetime(2013, 1, 1, tzinfo=UTC)
    hours = pl.datetime_range(start, end, "17m", time_unit="us", time_zone="UTC", eager=True)
    told = hours.dt.convert_time_zone(zone).dt.date().cast(pl.Int32).cast(pl.Int64)
    assert day_numbers(hours, zone=zone).equals(told, check_names=False)
