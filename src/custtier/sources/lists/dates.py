"""Key dates: whose birthday, anniversary or expiry is on which day of which calendar."""

import polars as pl

from custtier.schema import DATE_KINDS as KINDS
from custtier.sources.lists.calendar_days import calendar_days
from custtier.sources.lists.checks import Fault, account_faults, with_faults
from custtier.sources.lists.keys import text_key
from custtier.sources.lists.lists import ListRows
from custtier.sources.lists.persons import with_persons
from custtier.sources.lists.values import Layout, no_texts
from custtier.sources.lists.words import CALENDARS, DATE_KINDS, codes_within, word_codes


def date_rows(table: pl.DataFrame, layout: Layout) -> ListRows:
    """The key dates of a file, each known by the person, its kind and its label."""
    missing = [
        no_texts(table.height).alias(name)
        for name in ("kind", "label", "calendar", "on", "birthday")
        if name not in table.columns
    ]
    rows = with_persons(table.with_columns(missing), layout.profile)
    text = rows.select(pl.coalesce("on", "birthday").alias("on")).to_series()
    days = calendar_days(text, day_first=layout.profile.day_first)
    calendar = word_codes(rows["calendar"], CALENDARS, field="calendar", profile=layout.profile)
    lunar = pl.when(pl.col("is_lunar")).then(pl.lit("lunar"))
    rows = _with_kinds(rows).hstack(days).with_columns(calendar.alias("calendar"))
    rows = rows.with_columns(calendar=pl.coalesce(lunar, "calendar", pl.lit("solar")))
    faults = [
        Fault("bad_date", "on" if "on" in table.columns else "birthday", pl.col("day").is_null()),
        *account_faults(),
    ]
    rows = with_faults(rows, faults, layout)
    key = text_key(rows, [pl.col("account_key"), pl.col("kind"), pl.col("label")])
    return ListRows(rows.with_columns(key.alias("date_key")))


def _with_kinds(rows: pl.DataFrame) -> pl.DataFrame:
    """`kind` as a code; a word that says more than its kind is the label where none stands."""
    word = rows["kind"]
    kind = codes_within(word, DATE_KINDS, default="other")
    usual = [*(words[0] for words in DATE_KINDS.values()), *KINDS]
    more = pl.lit(word.is_not_null() & ~word.str.to_lowercase().is_in(usual))
    by_column = pl.when(pl.col("on").is_null()).then(pl.lit("birthday")).otherwise(pl.lit("other"))
    return rows.with_columns(
        kind=pl.coalesce(pl.lit(kind), by_column),
        label=pl.coalesce("label", pl.when(more).then(pl.lit(word))),
    )
