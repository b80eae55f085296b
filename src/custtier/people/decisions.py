"""What somebody decided about proposals: marked lines become links, and wrong ones are told with their reason."""

from dataclasses import dataclass
from typing import Final

import polars as pl

from custtier.keys import key_column
from custtier.people.joins import APART_FROM, SAME
from custtier.people.proposals import proposal_ids
from custtier.people.public_ids import spelled
from custtier.schema import LINKS, conform, empty

SIDES: Final = ("customer_id_1", "customer_id_2")
NEEDED: Final = ("proposal", "decision", *SIDES)
"""Columns of a list of proposals that decisions are read from; the others are for the reader."""

PROFILE: Final = "identities"
"""The profile that decisions are stored under: they are no file of a platform."""

WITHDRAWN: Final = "withdrawn"

_WORDS: Final = {
    SAME: (
        "same", "s", "yes", "y", "true", "1", "merge", "same person",
        "是", "对", "同", "同一", "同一人", "同一个人", "相同", "合并", "√", "✓",
    ),
    APART_FROM: (
        "apart", "a", "no", "n", "false", "0", "x", "×", "two people",
        "否", "不", "不是", "不同", "不同人", "不是同一人", "不是同一个人", "两人", "两个人", "不合并", "分开",
    ),
}  # fmt: skip
_MEANT: Final = {word: decision for decision, words in _WORDS.items() for word in words}
_COLUMNS: Final = {
    "bad_decision": "decision",
    "changed_line": "proposal",
    "unknown_customer": "customer_id_1",
    "contrary_decisions": "decision",
}
"""Reason of a rejected row → the column that is wrong."""


@dataclass(frozen=True)
class Decided:
    """What became of the rows of a marked list.

    Args:
        links: `schema.LINKS`: two rows for a decision, one a side.
        rows: Each row with `outcome` (`kept`, `excluded`, `rejected`), `reason`, `column`, `list_key`.
    """

    links: pl.DataFrame
    rows: pl.DataFrame


def decided(marked: pl.DataFrame, *, known: pl.DataFrame) -> Decided:
    """The links that the marked rows state.

    A row that was not marked is excluded. One is rejected when its decision is no known word, when its ids are not
    those of the proposal (a line changed by hand), when nobody has such an id, or when another row says the contrary.

    Args:
        marked: `row` and `NEEDED`, as text.
        known: `KNOWN`: every account of anybody; an account's id stands for whoever the account belongs to.
    """
    judged = _judged(marked, known)
    kept = judged.filter(pl.col("reason").is_null())
    links = _links(kept, known)
    first = links.unique("person", keep="first", maintain_order=True).select(proposal="person", list_key="link_key")
    outcome = (
        pl.when(pl.col("reason").is_null())
        .then(pl.lit("kept"))
        .when(pl.col("reason") == "unmarked")
        .then(pl.lit("excluded"))
        .otherwise(pl.lit("rejected"))
    )
    column = pl.col("reason").replace_strict(_COLUMNS, default=None, return_dtype=pl.String)
    rows = judged.with_columns(outcome.alias("outcome"), column.alias("column")).join(
        first, on="proposal", how="left", maintain_order="left"
    )
    is_kept = pl.col("outcome") == "kept"
    return Decided(links, rows.with_columns(pl.when(is_kept).then("list_key").alias("list_key")))


def with_link_ids(links: pl.DataFrame) -> pl.DataFrame:
    """`links` with `link_id`: the proposal's id, else one made of the label, which may be a name.

    Args:
        links: Uses `person`.
    """
    labelled = links.with_columns(pl.lit("link").alias("kind"))
    numbers = key_column(labelled, ["kind", "person"]).reinterpret(signed=False)
    made = spelled(numbers, prefix="l_", characters=10)
    is_proposal = pl.col("person").str.contains(r"^p_[a-z2-7]{10}$")
    return links.with_columns(made.alias("link_id")).with_columns(
        pl.when(is_proposal).then("person").otherwise("link_id").alias("link_id")
    )


def withdrawn(links: pl.DataFrame) -> pl.DataFrame:
    """`schema.LINKS` that take these links back.

    Args:
        links: `link_key`, `person`, `platform`, `account`, `account_kind`, `account_key`.
    """
    taken = links.with_columns(pl.lit(WITHDRAWN).alias("decision"), pl.lit(PROFILE).alias("source"))
    return conform(taken.drop("import_id", "file_instant", strict=False), LINKS)


def _judged(marked: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """`marked` with `meant`, the account of each side, and the `reason` why a row states nothing."""
    # a Chinese keyboard may write Ｙ
    word = pl.col("decision").str.normalize("NFKC").str.strip_chars().str.to_lowercase()
    meant = word.replace_strict(_MEANT, default=None, return_dtype=pl.String)
    ids = pl.concat([marked.select(customer_id=side) for side in SIDES]).unique()
    owners = known.select("customer_id", "account_key").unique("customer_id").join(ids, on="customer_id", how="semi")
    placed = marked.with_columns(meant.alias("meant"), proposal_ids(marked).alias("expected"))
    for place, side in enumerate(SIDES, start=1):
        owner = owners.rename({"customer_id": side, "account_key": f"account_key_{place}"})
        placed = placed.join(owner, on=side, how="left", maintain_order="left")
    is_unknown = pl.col("account_key_1").is_null() | pl.col("account_key_2").is_null()
    reason = (
        pl.when(word.is_null())
        .then(pl.lit("unmarked"))
        .when(pl.col("meant").is_null())
        .then(pl.lit("bad_decision"))
        .when(pl.col("expected").ne_missing(pl.col("proposal")))
        .then(pl.lit("changed_line"))
        .when(is_unknown)
        .then(pl.lit("unknown_customer"))
    )
    judged = placed.with_columns(reason.alias("reason"))
    stated = judged.filter(pl.col("reason").is_null())
    torn = stated.filter((pl.col("meant").n_unique() > 1).over("proposal"))["proposal"].unique().implode()
    is_torn = pl.col("reason").is_null() & pl.col("proposal").is_in(torn)
    return judged.with_columns(pl.when(is_torn).then(pl.lit("contrary_decisions")).otherwise("reason").alias("reason"))


def _links(kept: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Two rows for each decision: the account that gave each side its id."""
    if kept.is_empty():
        return empty(LINKS)
    sides = [
        kept.select("row", person="proposal", decision="meant", account_key=f"account_key_{place}") for place in (1, 2)
    ]
    accounts = known.select("account_key", "account", "account_kind", platform="account_space")
    rows = pl.concat(sides).unique(["person", "account_key"], keep="first", maintain_order=True)
    rows = rows.join(accounts, on="account_key", how="left", maintain_order="left")
    named = rows.with_columns(pl.col("account_key").cast(pl.String).alias("key"), pl.lit("link").alias("kind"))
    keys = key_column(named, ["kind", "person", "key"]).alias("link_key")
    return conform(named.with_columns(keys, pl.lit(PROFILE).alias("source")), LINKS)
