"""Pairs of customers who may be one person, for somebody to judge: reasons, strength, a stable id."""

from dataclasses import dataclass
from typing import Final

import polars as pl

from custtier.keys import key_column
from custtier.people.evidence import (
    KINDS,
    REASONS,
    WEIGHTS,
    Hints,
    share_payers,
    share_remarks,
    share_traits,
    traits_of,
)
from custtier.people.public_ids import spelled
from custtier.schema import Table, conform, empty

PROPOSALS: Final[Table] = {
    "proposal": pl.String,
    "customer_key_1": pl.Int64,
    "customer_key_2": pl.Int64,
    "customer_id_1": pl.String,
    "customer_id_2": pl.String,
    "strength": pl.String,
    "score": pl.Float64,
    "reasons": pl.String,
}
"""One row per pair. `customer_id_1` is the smaller text; `reasons` are codes, the weightiest first, with commas.

`score` (0 to 1): 1 less the product of (1 less weight) over the weightiest reason of each kind.
"""

_SHOWN: Final = ("name", "phone", "phone_kind", "email", "province", "city", "address")

_AT_ONE_DOOR: Final = ("receiver_address_tail", "receiver_address")

STRENGTHS: Final = {"strong": 0.85, "medium": 0.6, "weak": 0.0}
"""The least score of each strength."""


@dataclass(frozen=True)
class Proposals:
    """Proposals, and what was passed over.

    Args:
        pairs: `PROPOSALS`, the strongest first.
        crowds: Values shared by too many customers to tell anything.
        decided: Pairs left out because somebody said that they are apart.
    """

    pairs: pl.DataFrame
    crowds: int
    decided: int


def propose(
    *,
    known: pl.DataFrame,
    customers: pl.DataFrame,
    details: pl.LazyFrame,
    contacts: pl.DataFrame,
    payers: pl.DataFrame,
    apart: pl.DataFrame,
) -> Proposals:
    """Pairs of customers who may be one person.

    Args:
        known: `KNOWN` with `customer_key`: every account.
        customers: `schema.CUSTOMERS`.
        details: Orders: `account_key`, `name`, `phone`, `phone_kind`, `email`, `province`, `city`, `address`.
        contacts: `account_key`, `name`, `remark`, `phone`, `phone_kind`, `email`, `province`, `city`.
        payers: `PAYERS`.
        apart: `APART`.
    """
    keyed = known.select("account_key", "customer_key")
    ordered = details.join(keyed.lazy(), on="account_key").with_columns(pl.lit(value=True).alias("from_orders"))
    listed = contacts.join(keyed, on="account_key").with_columns(
        pl.lit(value=False).alias("from_orders"), pl.lit(None, dtype=pl.String).alias("address")
    )
    shown = list(dict.fromkeys(["customer_key", "from_orders", *_SHOWN]))
    bought = traits_of(ordered.select(shown))
    seen = traits_of(listed.lazy().select(shown))
    hints = Hints([])
    share_traits(hints, pl.concat([bought, seen]))
    share_remarks(hints, listed=listed, known=known, traits=bought)
    share_payers(hints, payers=payers, known=known)
    found = _without_contradicted(hints.together(), pl.concat([bought, seen]))
    open_pairs, decided = _undecided(found, apart, keyed)
    return Proposals(_scored(open_pairs, customers), hints.crowds, decided)


def proposal_ids(pairs: pl.DataFrame) -> pl.Series:
    """The id of each pair of customer ids: `p_` and ten characters, whichever comes first.

    Args:
        pairs: Uses `customer_id_1`, `customer_id_2`, the smaller text first.
    """
    numbers = key_column(pairs, ["customer_id_1", "customer_id_2"]).reinterpret(signed=False)
    return spelled(numbers, prefix="p_", characters=10).alias("proposal")


def _without_contradicted(hints: pl.DataFrame, traits: pl.DataFrame) -> pl.DataFrame:
    """`hints` less those by a part of what both show in full: then the whole is known to differ, or says more.

    A number that is masked on one side at least may be the same; two full numbers are not. So with a name's first
    character. The same receiver at the same door with two full numbers may be one person with two phones, or two; a
    mere name is no evidence then.
    """
    phones = traits.select("customer_key", "phone").drop_nulls()["customer_key"].unique().implode()
    differ = pl.col("one").is_in(phones) & pl.col("other").is_in(phones)
    at_one_door = differ & pl.col("reason").is_in(_AT_ONE_DOOR)
    other_phone = pl.when(at_one_door).then(pl.lit("receiver_address_other_phone")).otherwise("reason")
    left = hints.filter(~(differ & (pl.col("reason") == "remark_name"))).with_columns(other_phone.alias("reason"))
    for part, whole in (("mask", "phone"), ("name_head", "name")):
        by_part = [reason.code for reason in REASONS if part in reason.key]
        full = traits.select("customer_key", whole).drop_nulls()["customer_key"].unique().implode()
        both = pl.col("one").is_in(full) & pl.col("other").is_in(full)
        left = left.filter(~(pl.col("reason").is_in(by_part) & both))
    return left.unique()


def _undecided(hints: pl.DataFrame, apart: pl.DataFrame, keyed: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """Hints of pairs that nobody said to be apart, and how many pairs were left out."""
    if apart.is_empty() or hints.is_empty():
        return hints, 0
    ends = apart.join(keyed, on="account_key").join(
        keyed.rename({"account_key": "other_key", "customer_key": "other_customer"}), on="other_key"
    )
    one, other = pl.col("customer_key"), pl.col("other_customer")
    said = ends.select(
        pl.min_horizontal(one, other).alias("one"), pl.max_horizontal(one, other).alias("other")
    ).unique()
    left = hints.join(said, on=["one", "other"], how="anti")
    return left, hints.select("one", "other").n_unique() - left.select("one", "other").n_unique()


def _scored(hints: pl.DataFrame, customers: pl.DataFrame) -> pl.DataFrame:
    if hints.is_empty():
        return empty(PROPOSALS)
    weighed = hints.with_columns(
        pl.col("reason").replace_strict(WEIGHTS, return_dtype=pl.Float64).alias("weight"),
        pl.col("reason").replace_strict(KINDS, return_dtype=pl.String).alias("kind"),
    ).sort("one", "other", "weight", "reason", descending=[False, False, True, False])
    best = weighed.unique(["one", "other", "kind"], keep="first", maintain_order=True)
    pairs = best.group_by("one", "other", maintain_order=True).agg(
        (1 - (1 - pl.col("weight")).product()).round(4).alias("score"), pl.col("reason").str.join(",").alias("reasons")
    )
    ids = customers.select("customer_key", "customer_id")
    named = pairs.join(ids.rename({"customer_key": "one", "customer_id": "id_one"}), on="one").join(
        ids.rename({"customer_key": "other", "customer_id": "id_other"}), on="other"
    )
    turned = pl.col("id_one") > pl.col("id_other")
    sides = named.select(
        pl.when(turned).then("other").otherwise("one").alias("customer_key_1"),
        pl.when(turned).then("one").otherwise("other").alias("customer_key_2"),
        pl.min_horizontal("id_one", "id_other").alias("customer_id_1"),
        pl.max_horizontal("id_one", "id_other").alias("customer_id_2"),
        "score",
        "reasons",
    )
    score = pl.col("score")
    strength = (
        pl.when(score >= STRENGTHS["strong"])
        .then(pl.lit("strong"))
        .when(score >= STRENGTHS["medium"])
        .then(pl.lit("medium"))
        .otherwise(pl.lit("weak"))
    )
    with_ids = sides.with_columns(proposal_ids(sides), strength.alias("strength"))
    return conform(with_ids, PROPOSALS).sort("score", "proposal", descending=[True, False])
