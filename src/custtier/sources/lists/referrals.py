"""A file of pairs: who brought whom, each named by an id, a phone, an account, an e-mail or a name."""

import polars as pl

from custtier.sources.lists.checks import Fault, with_faults
from custtier.sources.lists.keys import text_key
from custtier.sources.lists.lists import ListRows
from custtier.sources.lists.values import Layout, no_texts, read_days
from custtier.sources.transforms.text import is_damaged_id, unguarded

_PAIR = ("referred", "referrer")


def referral_rows(table: pl.DataFrame, layout: Layout) -> ListRows:
    """The pairs of a file: one row for each record.

    Both stay texts: whom they mean may come in later. The file has no instant, and its day tells when it was so.
    """
    missing = [no_texts(table.height).alias(name) for name in (*_PAIR, "referred_on") if name not in table.columns]
    rows = table.with_columns(missing)
    bare = [unguarded(pl.col(name)).str.strip_chars() for name in _PAIR]
    rows = rows.with_columns(pl.when(text != "").then(text).alias(name) for name, text in zip(_PAIR, bare, strict=True))
    days = read_days(rows["referred_on"], layout)
    rows = rows.with_columns(referred_on=days.values, is_no_day=days.bad)
    faults = [
        Fault("bad_date", "referred_on", pl.col("is_no_day")),
        *(Fault("missing_referral", name, pl.col(name).is_null()) for name in _PAIR),
        *(Fault("damaged_id", name, is_damaged_id(pl.col(name))) for name in _PAIR),
    ]
    rows = with_faults(rows, faults, layout)
    key = text_key(rows, [pl.col("referred"), pl.col("referrer"), pl.col("referred_on")])
    return ListRows(rows.with_columns(key.alias("referral_key")))
