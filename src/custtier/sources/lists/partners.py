"""With whom each row of a chat log was spoken, where the file tells it by other rows only."""

from typing import Final

import polars as pl

from custtier.schema import Direction
from custtier.sources.lists.wechat import GROUP
from custtier.sources.lists.words import DIRECTIONS, word_codes

_OURSELVES: Final = ("我", "me", "self", "自己")
_CONVERSATION: Final = r"^\d{1,9}$"
_WORD: Final = pl.col("word").cast(pl.String)


def with_partners(table: pl.DataFrame) -> pl.DataFrame:
    """`table` whose `account` is the contact that each row's conversation is with.

    Some programs write a number for a conversation, and who wrote each message beside it; others write "me" in the
    place of the contact for messages of ours.

    Args:
        table: Uses `account`, `account_kind`, `account_platform`, `sender`, `direction`, `left_out`: texts as
            categories.
    """
    if "account" not in table.columns:
        return table
    is_ours = _is_among(table["account"], _WORD.str.to_lowercase().is_in(_OURSELVES))
    if is_ours.any():
        table = table.with_columns(account=pl.when(~is_ours).then("account"))
    if "sender" in table.columns:
        table = _with_senders(table)
    if not is_ours.any():
        return table
    partners = table["account"].drop_nulls().unique()
    if len(partners) == 1:
        only = table.filter(pl.col("account").is_not_null()).head(1)
        names = [name for name in ("account", "account_kind", "account_platform") if name in table.columns]
        told = {name: pl.lit(only[name].item(), dtype=pl.String).cast(pl.Categorical) for name in names}
        table = table.with_columns(
            pl.when(is_ours).then(text).otherwise(name).alias(name) for name, text in told.items()
        )
    return table


def _is_among(words: pl.Series, condition: pl.Expr) -> pl.Series:
    """Whether `condition` holds of each category; not of one that is not there."""
    told = words.alias("word").unique().drop_nulls().to_frame().filter(condition.fill_null(value=False))
    return words.is_in(told.to_series().implode()).fill_null(value=False)


def _with_senders(table: pl.DataFrame) -> pl.DataFrame:
    """Numbers of conversations replaced by who wrote to us in them; where several did, it is a group."""
    numbered = _is_among(table["account"], _WORD.str.contains(_CONVERSATION))
    if not numbered.any():
        return table
    theirs = word_codes(table["direction"], DIRECTIONS, field="direction") == Direction.IN.value
    spoken = table.filter(theirs.fill_null(value=False) & numbered)
    known = (
        spoken.filter(pl.col("sender").is_not_null())
        .group_by("account")
        .agg(partner=pl.col("sender").first(), partners=pl.col("sender").n_unique())
    )
    table = table.join(known, on="account", how="left", maintain_order="left")
    # a null stays one: without an account nobody knows whether it is a number
    is_number = pl.when(pl.col("account").is_not_null()).then(pl.lit(numbered))
    one = pl.col("partners") == 1
    group = is_number & (pl.col("partners") > 1).fill_null(value=False)
    own_group = pl.lit(_is_among(table["sender"], _WORD.str.ends_with("chatroom")))
    return table.with_columns(
        account=pl.when(is_number & one).then("partner").when(~is_number | group).then("account"),
        left_out=pl.when(group | own_group)
        .then(pl.lit(GROUP, dtype=pl.String).cast(pl.Categorical))
        .otherwise("left_out"),
    ).drop("partner", "partners")
