"""Instants and the shop's days: where a day ends, and on which day an instant lies."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl


def end_of(day: date, *, zone: str) -> datetime:
    """The first instant after a day of the shop."""
    after = day + timedelta(days=1)
    return datetime(after.year, after.month, after.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def day_in(instant: str | pl.Expr, *, zone: str) -> pl.Expr:
    """The shop's day of an instant."""
    found = pl.col(instant) if isinstance(instant, str) else instant
    return found.dt.convert_time_zone(zone).dt.date()
