"""Chat logs become messages: with whom, when, from which side and of what kind; their text is never kept."""

from typing import Final

import polars as pl

from custtier.schema import Direction
from custtier.sources.lists.checks import Fault, account_faults, with_faults
from custtier.sources.lists.keys import mixed_key, numbers_among, numbers_of
from custtier.sources.lists.lists import ListRows
from custtier.sources.lists.persons import with_persons
from custtier.sources.lists.values import Layout, latest, no_texts, read_instants
from custtier.sources.lists.wechat import GROUP, automatic_kind, left_out_accounts
from custtier.sources.lists.words import DIRECTIONS, KINDS, word_codes

_OURSELVES: Final = ("我", "me", "self", "自己")
_CONVERSATION: Final = r"^\d{1,9}$"
_OF_PROGRAM: Final = ("system", "deleted_us")


def without_text(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Rows whose text is gone; `automatic` says which sentence of the program it was, if any."""
    if "text" not in rows.collect_schema().names():
        return rows
    return rows.with_columns(automatic=automatic_kind(pl.col("text"))).drop("text")


def message_rows(table: pl.DataFrame, layout: Layout) -> ListRows:
    """The messages of a file."""
    table = _with_partners(table).drop("sender", strict=False)
    table = left_out_accounts(with_persons(table, layout.profile))
    table, faults = _with_sides(table, layout)
    if "sent_at" in table.columns:
        found = read_instants(table["sent_at"], layout)
        table = table.with_columns(found.values.alias("sent_at"))
        faults.append(Fault("bad_date", "sent_at", found.bad | found.values.is_null()))
    table = with_faults(table, [*faults, *account_faults()], layout)
    return ListRows(_with_keys(table), instant=latest(table, ["sent_at"], layout))


def _with_partners(table: pl.DataFrame) -> pl.DataFrame:
    """The contact that each row's conversation is with, where the file tells it by other rows only.

    Some programs write a number for a conversation, and who wrote each message beside it; others write "me" in the
    place of the contact for messages of ours.
    """
    if "account" not in table.columns:
        return table
    is_ours = table.select(pl.col("account").str.to_lowercase().is_in(_OURSELVES)).to_series().fill_null(value=False)
    table = table.with_columns(account=pl.when(~is_ours).then("account"))
    if "sender" in table.columns:
        table = _with_senders(table)
    partners = table["account"].drop_nulls().unique()
    if len(partners) == 1 and is_ours.any():
        only = table.filter(pl.col("account").is_not_null()).head(1)
        names = [name for name in ("account", "account_kind", "account_platform") if name in table.columns]
        told = {name: pl.lit(only[name].item(), dtype=pl.String) for name in names}
        table = table.with_columns(
            pl.when(is_ours).then(text).otherwise(name).alias(name) for name, text in told.items()
        )
    return table


def _with_senders(table: pl.DataFrame) -> pl.DataFrame:
    """Numbers of conversations replaced by who wrote to us in them; where several did, it is a group."""
    is_number = pl.col("account").str.contains(_CONVERSATION)
    if not table.select(is_number.any()).item():
        return table
    theirs = word_codes(table["direction"], DIRECTIONS, field="direction") == Direction.IN.value
    spoken = table.filter(theirs.fill_null(value=False) & table.select(is_number).to_series())
    known = (
        spoken.filter(pl.col("sender").is_not_null())
        .group_by("account")
        .agg(partner=pl.col("sender").min(), partners=pl.col("sender").n_unique())
    )
    table = table.join(known, on="account", how="left", maintain_order="left")
    one = pl.col("partners") == 1
    group = is_number & (pl.col("partners") > 1).fill_null(value=False)
    own_group = pl.col("sender").str.ends_with("chatroom")
    return table.with_columns(
        account=pl.when(is_number & one).then("partner").when(~is_number | group).then("account"),
        left_out=pl.when(group | own_group.fill_null(value=False)).then(pl.lit(GROUP)).otherwise("left_out"),
    ).drop("partner", "partners")


def _with_sides(rows: pl.DataFrame, layout: Layout) -> tuple[pl.DataFrame, list[Fault]]:
    """`direction` and `kind` as codes."""
    profile = layout.profile
    kind = _kinds(rows, layout)
    automatic = rows["automatic"] if "automatic" in rows.columns else no_texts(rows.height)
    direction = no_texts(rows.height)
    if "direction" in rows.columns:
        direction = word_codes(rows["direction"], DIRECTIONS, field="direction", profile=profile)
    usual = "text" if "automatic" in rows.columns and "kind" not in rows.columns else "other"
    told = rows.with_columns(kind=kind, automatic=automatic, direction=direction)
    # only a greeting looks like a message of somebody's own; all other sentences stand between the messages
    is_shown = pl.col("kind").is_null() | (pl.col("kind") == "system")
    sentence = (
        pl.when(pl.col("automatic") == "greeting")
        .then(pl.lit("greeting"))
        .when(is_shown & (pl.col("automatic") == "deleted_us"))
        .then(pl.lit("deleted_us"))
        .when(is_shown & (pl.col("automatic") == "notice"))
        .then(pl.lit("system"))
    )
    told = told.with_columns(kind=pl.coalesce(sentence, "kind", pl.lit(usual)))
    by_program = pl.col("kind").is_in(_OF_PROGRAM) | (pl.col("direction") == Direction.SYSTEM.value)
    told = told.with_columns(
        direction=pl.when(by_program).then(pl.lit(Direction.SYSTEM.value)).otherwise("direction"),
        kind=pl.when(by_program & ~pl.col("kind").is_in(_OF_PROGRAM)).then(pl.lit("system")).otherwise("kind"),
    )
    return told.drop("automatic", "subkind", strict=False), [
        Fault("unknown_direction", "direction", pl.col("direction").is_null())
    ]


def _kinds(rows: pl.DataFrame, layout: Layout) -> pl.Series:
    """The kind that type and subtype tell: both together first; null where no column says it."""
    if "kind" not in rows.columns:
        return no_texts(rows.height)
    word = rows["kind"]
    known = word_codes(word, KINDS, field="kind", profile=layout.profile)
    if "subkind" in rows.columns:
        both = rows.select(pl.concat_str("kind", pl.col("subkind").fill_null("0"), separator="/")).to_series()
        closer = word_codes(both, {}, field="kind", profile=layout.profile)
        known = pl.select(pl.coalesce(closer, known)).to_series()
    return pl.select(pl.when(word.is_not_null()).then(pl.coalesce(known, pl.lit("other")))).to_series()


def _with_keys(rows: pl.DataFrame) -> pl.DataFrame:
    """`message_key`; of rows with one number of the platform's the later ones left out as the same row again."""
    agent = numbers_of(rows["agent"]) if "agent" in rows.columns else pl.Series([0]).new_from_index(0, rows.height)
    parts = rows.select(
        "account_key",
        agent=agent,
        instant=pl.col("sent_at").dt.epoch("us"),
        direction=numbers_of(rows["direction"]),
        kind=numbers_of(rows["kind"]),
    )
    same = mixed_key(parts, parts.columns)
    if "message_id" in rows.columns:
        rows = _without_repeats(rows, same)
    counted = rows.select(pl.col("left_out").is_null() & pl.col("reason").is_null()).to_series()
    number = numbers_among(same.filter(counted))
    places = pl.Series([0], dtype=pl.Int64).new_from_index(0, rows.height).scatter(counted.arg_true(), number)
    keys = mixed_key(pl.DataFrame({"same": same, "number": places}), ["same", "number"])
    return rows.with_columns(keys.alias("message_key"))


def _without_repeats(rows: pl.DataFrame, same: pl.Series) -> pl.DataFrame:
    alike = same.is_duplicated()
    if not alike.any():
        return rows
    suspects = pl.DataFrame({"place": alike.arg_true(), "same": same.filter(alike)}).with_columns(
        message_id=rows["message_id"].filter(alike)
    )
    told = suspects.filter(pl.col("message_id").is_not_null() & (pl.col("message_id") != "0"))
    again = told.filter(~told.select(pl.struct("same", "message_id").is_first_distinct()).to_series())["place"]
    if again.is_empty():
        return rows
    repeated = pl.int_range(pl.len(), dtype=pl.UInt32).is_in(again.implode())
    return rows.with_columns(
        left_out=pl.when(repeated & pl.col("left_out").is_null() & pl.col("reason").is_null())
        .then(pl.lit("duplicate_row"))
        .otherwise("left_out")
    )
