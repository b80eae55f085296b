"""Who brought each customer: of all that was said the surest that means one person, without rings."""

from dataclasses import dataclass
from typing import Final

import polars as pl

from custtier.models.forests import NONE, rings
from custtier.views.basis import Basis
from custtier.views.referrals.meant import persons_meant
from custtier.views.referrals.statements import ORIGINS, Told, statements_of

SIDES: Final = ("referred", "referrer")
PROBLEMS: Final = ("nobody", "several")
REFUSALS: Final = ("self", "ring")


@dataclass(frozen=True)
class Edges:
    """Who was brought by whom.

    Args:
        rows: One row per person brought: `customer_key`, `referrer_key`, `origin` (one of `ORIGINS`), `said_on`. Nobody
            stands above themselves, by however many others.
        refused: What was left out: `refusal` (one of `REFUSALS`), `ring` (Int64, number of the ring; null for `self`),
            `customer_key`, `referrer_key`, `origin`, `said_on`, `is_left_out` (of a ring one is, the others stand).
        unmatched: Texts that mean nobody or several: `text`, `side`, `origin`, `problem` (one of `PROBLEMS`),
            `persons` (Int64), `times` (Int64).
        named: Whether anybody is said to have been brought, whoever is meant.
        contradicted: Customers of whom different persons are said to have brought them.
    """

    rows: pl.DataFrame
    refused: pl.DataFrame
    unmatched: pl.DataFrame
    named: bool
    contradicted: int

    @property
    def unknown_texts(self) -> int:
        """Different texts that mean nobody, or several."""
        return self.unmatched.get_column("text").n_unique()


def edges_of(basis: Basis, told: Told) -> Edges:
    """Who brought whom, as far as it was said up to the day observed.

    Of several statements about one customer the surest origin counts (`ORIGINS`), of one origin the earliest day, then
    the first text. A text that means nobody, or several, says nothing, and a less sure one counts.

    Args:
        basis: Its facts and its day.
        told: The time zone, the words, the tags given.
    """
    said = statements_of(basis, told)
    texts = pl.concat([said.get_column(side) for side in SIDES]).drop_nulls().unique()
    meant = persons_meant(texts, basis=basis)
    placed = _placed(said, meant)
    both = pl.col("customer_key").is_not_null() & pl.col("referrer_key").is_not_null()
    known = _ranked(placed.filter(both), basis=basis)
    is_self = pl.col("customer_key") == pl.col("referrer_key")
    others = known.filter(~is_self)
    chosen = others.unique("customer_key", keep="first", maintain_order=True)
    different = others.group_by("customer_key").agg(pl.col("referrer_key").n_unique().alias("persons"))
    selves = known.filter(is_self).unique("customer_key", keep="first", maintain_order=True)
    ringed = _ringed(chosen, basis=basis)
    left_out = ringed.filter("is_left_out").select("customer_key")
    return Edges(
        rows=_named(chosen.join(left_out, on="customer_key", how="anti", maintain_order="left")),
        refused=_refused(selves, ringed),
        unmatched=_unmatched(said, meant),
        named=not said.is_empty(),
        contradicted=different.filter(pl.col("persons") > 1).height,
    )


def _placed(said: pl.DataFrame, meant: pl.DataFrame) -> pl.DataFrame:
    """`said` with `customer_key` of who was brought and `referrer_key` of who is meant to have done it."""
    one = meant.select("text", "person_key")
    placed = said.join(one, left_on="referrer", right_on="text", how="left").rename({"person_key": "referrer_key"})
    if placed.get_column("referred").null_count() == placed.height:
        return placed
    return (
        placed.join(one, left_on="referred", right_on="text", how="left")
        .with_columns(pl.coalesce("customer_key", "person_key").alias("customer_key"))
        .drop("person_key")
    )


def _ranked(rows: pl.DataFrame, *, basis: Basis) -> pl.DataFrame:
    """`rows`, the surest statement of each customer first; those that differ in nothing else by the person's id."""
    several = rows.get_column("customer_key").is_duplicated()
    if not several.any():
        return rows
    ids = basis.facts.customers.select(referrer_key="customer_key", referrer_id="customer_id")
    ranked = (
        rows.filter(several)
        .lazy()
        .join(ids, on="referrer_key", how="left")
        .sort("customer_key", "origin", "said_on", "referrer", "referrer_id", nulls_last=True)
        .drop("referrer_id")
        .collect()
    )
    return pl.concat([rows.filter(~several), ranked])


def _ringed(chosen: pl.DataFrame, *, basis: Basis) -> pl.DataFrame:
    """The rows that stand on a ring, with its number (`ring`, from 1) and whether they are left out.

    Of each ring the latest said is left out: by then the others stood. A row without a day is later than any; of equal
    days the less sure, then the one of the customer whose id is last.
    """
    numbered = chosen.select("customer_key", pl.int_range(pl.len(), dtype=pl.Int64).alias("above"))
    above = chosen.join(
        numbered, left_on="referrer_key", right_on="customer_key", how="left", maintain_order="left"
    ).get_column("above")
    on_ring = pl.Series("ring", rings(above.fill_null(NONE).to_numpy()), dtype=pl.Int64)
    members = chosen.with_columns(on_ring).filter(pl.col("ring") != NONE)
    ids = basis.facts.customers.select("customer_key", "customer_id")
    placed = members.lazy().join(ids, on="customer_key", how="left").collect()
    is_last = pl.int_range(pl.len()) == pl.len() - 1
    return (
        placed.sort("said_on", "origin", "customer_id", "customer_key", nulls_last=True)
        .with_columns(
            is_last.over("ring").alias("is_left_out"), pl.col("customer_id").min().over("ring").alias("first")
        )
        .sort("first", "ring", "customer_id", "customer_key", nulls_last=True)
        .with_columns(pl.col("ring").rle_id().cast(pl.Int64) + 1)
        .drop("first", "customer_id")
    )


def _named(rows: pl.DataFrame) -> pl.DataFrame:
    """`customer_key`, `referrer_key`, `origin` as a code, `said_on`."""
    codes = dict(enumerate(ORIGINS))
    return rows.select(
        "customer_key",
        "referrer_key",
        pl.col("origin").cast(pl.Int64).replace_strict(codes, return_dtype=pl.String),
        "said_on",
    )


def _refused(selves: pl.DataFrame, ringed: pl.DataFrame) -> pl.DataFrame:
    nowhere = pl.lit(None, dtype=pl.Int64).alias("ring")
    parts = [
        _named(selves).with_columns(pl.lit("self").alias("refusal"), nowhere, pl.lit(value=True).alias("is_left_out")),
        pl.concat([_named(ringed), ringed.select("ring", "is_left_out")], how="horizontal").with_columns(
            pl.lit("ring").alias("refusal")
        ),
    ]
    names = ("refusal", "ring", "customer_key", "referrer_key", "origin", "said_on", "is_left_out")
    return pl.concat(part.select(names) for part in parts)


def _unmatched(said: pl.DataFrame, meant: pl.DataFrame) -> pl.DataFrame:
    """What is named and means nobody, or several, most often named first."""
    codes = dict(enumerate(ORIGINS))
    sides = pl.concat(
        # nearly all mean somebody: only the others are looked at closer
        said.lazy()
        .filter(pl.col(side).is_not_null())
        .select(pl.col(side).alias("text"), pl.lit(side).alias("side"), "origin")
        .join(meant.lazy().filter(pl.col("person_key").is_not_null()), on="text", how="anti")
        for side in SIDES
    )
    persons = pl.col("persons").fill_null(0)
    return (
        sides.join(meant.lazy(), on="text", how="left")
        .collect()
        .group_by("text", "side", "origin")
        .agg(pl.len().cast(pl.Int64).alias("times"), persons.first().alias("persons"))
        .sort("times", "text", "side", "origin", descending=[True, False, False, False])
        .select(
            "text",
            "side",
            pl.col("origin").cast(pl.Int64).replace_strict(codes, return_dtype=pl.String),
            pl.when(pl.col("persons") > 1).then(pl.lit("several")).otherwise(pl.lit("nobody")).alias("problem"),
            "persons",
            "times",
        )
    )
