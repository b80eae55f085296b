"""A file of tags: what somebody says of people, given or taken away."""

import polars as pl

from custtier.people.tagged import tag_keys
from custtier.sources.lists.checks import Fault, account_faults, with_faults
from custtier.sources.lists.contacts import sorted_tags
from custtier.sources.lists.lists import ListRows
from custtier.sources.lists.persons import with_persons
from custtier.sources.lists.values import Layout, no_texts, read_days
from custtier.sources.lists.words import TAG_DECISIONS, word_codes

_ADD = "add"


def tag_rows(table: pl.DataFrame, layout: Layout) -> ListRows:
    """The tags of a file: one row for each tag that a record names, which gives or takes it.

    The file has no instant: of two imports the later decides, whatever day stands in them.
    """
    missing = [
        no_texts(table.height).alias(name) for name in ("tags", "decision", "noted_on") if name not in table.columns
    ]
    rows = with_persons(table.with_columns(missing), layout.profile)
    decision = word_codes(rows["decision"], TAG_DECISIONS, field="decision", profile=layout.profile)
    days = read_days(rows["noted_on"], layout)
    rows = rows.with_columns(
        tag=sorted_tags(rows["tags"]).str.split(","),
        decision=decision.fill_null(_ADD),
        is_unknown=rows["decision"].is_not_null() & decision.is_null(),
        noted_on=days.values,
        is_no_day=days.bad,
    ).explode("tag", empty_as_null=True)
    # most rows of a list of customers have none: they say nothing
    is_bare = pl.col("left_out").is_null() & pl.col("tag").is_null()
    rows = rows.with_columns(left_out=pl.when(is_bare).then(pl.lit("missing_tag")).otherwise("left_out"))
    faults = [
        Fault("bad_date", "noted_on", pl.col("is_no_day")),
        *account_faults(),
        Fault("unknown_decision", "decision", pl.col("is_unknown")),
    ]
    rows = with_faults(rows, faults, layout)
    return ListRows(rows.with_columns(tag_keys(rows)))
