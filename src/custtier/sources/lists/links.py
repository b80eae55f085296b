"""A link file: which accounts, phones and e-mails somebody says are one person, or are not."""

import polars as pl

from custtier.schema import AccountKind
from custtier.sources.lists.checks import Fault, account_faults, with_faults
from custtier.sources.lists.keys import text_key
from custtier.sources.lists.lists import ListRows
from custtier.sources.lists.persons import with_persons
from custtier.sources.lists.values import Layout, no_texts
from custtier.sources.lists.words import DECISIONS, word_codes

_SAME = "same"


def link_rows(table: pl.DataFrame, layout: Layout) -> ListRows:
    """The links of a file: one row for each account, phone and e-mail that a record names."""
    missing = [
        no_texts(table.height).alias(name)
        for name in ("person", "decision", "account", "account_kind", "account_platform", "phone", "email")
        if name not in table.columns
    ]
    rows = table.with_columns(missing)
    decision = word_codes(rows["decision"], DECISIONS, field="decision", profile=layout.profile)
    rows = rows.with_columns(
        decision=decision.fill_null(_SAME), is_unknown=rows["decision"].is_not_null() & decision.is_null()
    )
    rows = _told_of_someone(with_persons(_one_each(rows), layout.profile))
    faults = [
        *account_faults(),
        Fault("missing_person", "person", pl.col("person").is_null()),
        Fault("unknown_decision", "decision", pl.col("is_unknown")),
    ]
    rows = with_faults(rows, faults, layout)
    key = text_key(rows, [pl.col("person"), pl.col("account_key")])
    return ListRows(rows.with_columns(key.alias("link_key")))


def _one_each(rows: pl.DataFrame) -> pl.DataFrame:
    """A row for each key that a record names, and one for a record that names none."""
    others = pl.exclude("account", "account_kind", "account_platform", "phone", "email")
    kinds = {"phone": AccountKind.PHONE.value, "email": AccountKind.EMAIL.value}
    own = rows.filter(pl.col("account").is_not_null() | (pl.col("phone").is_null() & pl.col("email").is_null()))
    parts = [own.select(others, "account", "account_kind", "account_platform", place=pl.lit(0))]
    for place, (field, kind) in enumerate(kinds.items(), 1):
        parts.append(
            rows.filter(pl.col(field).is_not_null()).select(
                others,
                account=pl.col(field),
                account_kind=pl.lit(kind),
                account_platform=pl.lit(None, dtype=pl.String),
                place=pl.lit(place),
            )
        )
    return pl.concat(parts).sort("at", "place").drop("place")


def _told_of_someone(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows with a key; of a record without any its first row alone."""
    has_key = pl.col("account_key").is_not_null()
    is_first = pl.col("at").is_first_distinct()
    return rows.filter(has_key | (~has_key.any().over("at") & is_first))
