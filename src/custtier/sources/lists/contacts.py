"""Contact lists become contacts: who is in whose list, since when, through which channel, and who has left it."""

from typing import Final

import polars as pl

from custtier.facts import Note
from custtier.sources.lists.checks import Fault, damaged_account, with_faults
from custtier.sources.lists.keys import text_key
from custtier.sources.lists.lists import ListRows
from custtier.sources.lists.persons import with_persons
from custtier.sources.lists.values import Layout, latest, read_instants
from custtier.sources.lists.wechat import left_out_accounts
from custtier.sources.lists.words import DELETED, word_codes

_SEPARATORS: Final = r"\s*[、,;，；|｜\r\n]\s*"
_DAY_WITHOUT_YEAR: Final = r"^\d{1,2}[.月/-]\d{1,2}日?$"
_NAMES: Final = ("name", "remark", "phone", "email", "account", "contact_id", "union_id", "alias")


def contact_rows(table: pl.DataFrame, layout: Layout) -> ListRows:
    """The contacts of a file.

    A contact is known by its account and the agent whose list it is in; without an account of its own by the number
    of its entry, else by the agent and the instant of adding, which an export shows the same whatever is filled in
    later; without that by its phone, else by its name.
    """
    rows = with_persons(_with_whole_names(table), layout.profile)
    rows, faults, notes = _with_times(rows, layout)
    rows = left_out_accounts(rows)
    if "alias" in rows.columns:
        rows = rows.with_columns(alias=pl.when(pl.col("alias").ne_missing(pl.col("account"))).then("alias"))
    rows = rows.with_columns(tags=sorted_tags(rows["tags"])) if "tags" in rows.columns else rows
    nobody = pl.all_horizontal(pl.col(name).is_null() for name in _NAMES if name in rows.columns)
    rows = with_faults(rows, [*faults, Fault("missing_account", "account", nobody), damaged_account()], layout)
    rows = rows.with_columns(_keys(rows).alias("contact_key"))
    return ListRows(rows, instant=latest(rows, ["added_at", "deleted_at"], layout), notes=notes)


def _with_whole_names(table: pl.DataFrame) -> pl.DataFrame:
    """`name` from its parts where they stand apart."""
    parts = [name for name in ("first_name", "last_name") if name in table.columns]
    if not parts:
        return table
    whole = pl.concat_str(parts, separator=" ", ignore_nulls=True)
    named = [pl.col("name")] if "name" in table.columns else []
    return table.with_columns(name=pl.coalesce(*named, pl.when(whole != "").then(whole)))


def _with_times(rows: pl.DataFrame, layout: Layout) -> tuple[pl.DataFrame, list[Fault], tuple[Note, ...]]:
    """`added_at` and `deleted_at` as instants.

    Somebody whom only a word calls deleted was so by the latest instant in the file. A day without its year is no
    instant, and does not take the contact with it.
    """
    faults: list[Fault] = []
    notes: list[Note] = []
    for name in ("added_at", "deleted_at"):
        if name not in rows.columns:
            rows = rows.with_columns(pl.lit(None, dtype=pl.Datetime("us", "UTC")).alias(name))
            continue
        text = rows[name]
        without_year = text.str.contains(_DAY_WITHOUT_YEAR).fill_null(value=False)
        if without_year.any():
            notes.append(Note("day_without_year", {"column": layout.match.header_of(name), "rows": without_year.sum()}))
            text = pl.select(pl.when(~without_year).then(text)).to_series()
        found = read_instants(text, layout)
        rows = rows.with_columns(found.values.alias(name))
        faults.append(Fault("bad_date", name, found.bad))
    if "status" in rows.columns:
        deleted = word_codes(rows["status"], DELETED, field="status", profile=layout.profile) == "deleted"
        by_word = deleted.fill_null(value=False) & rows["deleted_at"].is_null()
        if by_word.any():
            by = latest(rows, ["added_at", "deleted_at"], layout)
            notes.append(Note("deleted_by_then", {"rows": int(by_word.sum())}))
            then = pl.when(by_word).then(pl.lit(by, dtype=pl.Datetime("us", "UTC"))).otherwise("deleted_at")
            rows = rows.with_columns(deleted_at=then)
    return rows, faults, tuple(notes)


def sorted_tags(text: pl.Series) -> pl.Series:
    """Tags of a cell, each once, sorted, joined by commas; null where there are none."""
    told = pl.DataFrame({"text": text.unique().drop_nulls()}).with_columns(
        tags=pl.col("text")
        .str.replace_all(_SEPARATORS, ",")
        .str.split(",")
        .list.eval(pl.element().filter(pl.element() != "").unique().sort())
        .list.join(",")
    )
    told = told.with_columns(pl.when(pl.col("tags") != "").then(pl.col("tags")).alias("tags"))
    return text.rename("text").to_frame().join(told, on="text", how="left", maintain_order="left")["tags"]


def _keys(rows: pl.DataFrame) -> pl.Series:
    name = pl.col("name") if "name" in rows.columns else pl.lit(None, dtype=pl.String)
    agent = pl.col("agent") if "agent" in rows.columns else pl.lit(None, dtype=pl.String)
    number = pl.col("contact_id") if "contact_id" in rows.columns else pl.lit(None, dtype=pl.String)
    rows = rows.select(
        "platform", "account", "account_key", "own_account", "added_at",
        agent.alias("agent"), name.alias("name"), number.alias("number"), _remark(rows),
    )  # fmt: skip
    instant = pl.col("added_at").dt.epoch("us").cast(pl.String)
    # a time to the minute is that of many in a list kept by hand, but to the second that of one person
    alone = pl.col("name").n_unique().over("agent", "added_at") == 1
    is_exact = (pl.col("added_at").dt.second() != 0) & alone
    key = (
        pl.when(pl.col("own_account") & pl.col("account_key").is_not_null())
        .then(_part("account", pl.col("account_key").cast(pl.String)))
        .when(pl.col("number").is_not_null())
        .then(_part("number", pl.col("number")))
        .when(is_exact.fill_null(value=False))
        .then(_part("instant", instant))
        .when(pl.col("added_at").is_not_null())
        .then(_part("name", instant, pl.col("name")))
        .when(pl.col("account").is_not_null())
        .then(_part("account", pl.col("account_key").cast(pl.String)))
        .otherwise(_part("name", pl.col("name"), pl.col("remark")))
    )
    return text_key(rows, [pl.col("platform"), key, pl.col("agent")])


def _remark(rows: pl.DataFrame) -> pl.Expr:
    texts = [pl.col(name) for name in ("remark", "phone", "union_id") if name in rows.columns]
    return pl.coalesce(pl.lit(None, dtype=pl.String), *texts).alias("remark")


def _part(way: str, *texts: pl.Expr) -> pl.Expr:
    return pl.concat_str(pl.lit(way), *(text.fill_null("") for text in texts), separator="\x1e")
