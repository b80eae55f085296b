"""The few customers worth one-to-one care: who they are, what speaks for each, who came and went since last time."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

import polars as pl

from custtier.errors import usage_error
from custtier.facts import Facts, Note
from custtier.metrics.scope import Scope
from custtier.picks import PARTS, KeyPicks, KeyWeights
from custtier.views.basis import basis_of
from custtier.views.key.contacts import with_agents
from custtier.views.key.parts import Parts, parts_of
from custtier.views.key.picks import Hands, Picks, picked
from custtier.views.key.reasons import key_reason
from custtier.views.referrals.statements import Told
from custtier.views.shares import divided
from custtier.views.spoken import spoken_share
from custtier.views.view import View

DEFAULT_PICK: Final = 30
MOST_PICKS: Final = 10_000
"""More is no care for one person any more."""

SCORES: Final = tuple(f"{part}_score" for part in PARTS)

COLUMNS: Final = (
    "customer_id",
    "name",
    "phone",
    "key_score",
    *SCORES,
    "pick_kind",
    "picked_because",
    "last_order_on",
    "recency_days",
    "purchase_days",
    "order_count",
    "usual_gap_days",
    "overdue_ratio",
    "net_sales",
    "year_sales",
    "year_margin",
    "value_above_share",
    "product_count",
    "receiver_count",
    "is_influencer",
    "referred_count",
    "referred_buyers",
    "referred_sales",
    "contact_state",
    "answer_count",
    "has_phone",
    "agent",
    "platforms",
)
"""Columns of the tables `customers` and `next`."""

SWAPS: Final = ("swap", "customer_id", "name", "phone", "key_score", "swap_cause")


@dataclass(frozen=True)
class KeptPicks:
    """The last list kept.

    Args:
        kept_on: The day it was made for.
        customer_keys: Who was picked.
    """

    kept_on: date
    customer_keys: Collection[int]


@dataclass(frozen=True)
class Given:
    """What is settled of who is picked.

    Args:
        weights: How much each part counts.
        picks: Uses `stay_margin`.
        always: Customers who are always picked.
        never: Customers who are never picked.
        influencers: Customers with a tag of influence.
        kept: The last list kept; None when there is none, or another question is asked.
        told: The shop's time zone, and how it is read who brought whom.
    """

    weights: KeyWeights = field(default_factory=KeyWeights)
    picks: KeyPicks = field(default_factory=KeyPicks)
    always: Collection[int] = ()
    never: Collection[int] = ()
    influencers: Collection[int] = ()
    kept: KeptPicks | None = None
    told: Told = field(default_factory=Told)

    @property
    def hands(self) -> Hands:
        """Who is in or out whatever their points."""
        return Hands(
            always=self.always,
            never=self.never,
            kept=self.kept.customer_keys if self.kept else (),
            margin_thousandths=self.picks.stay_thousandths,
        )


@dataclass(frozen=True)
class Answer:
    """The answer, and by internal keys who is in it.

    Args:
        view: The view.
        listed: `customer_key`, `is_picked`, `key_score` of the picked and the next best.
    """

    view: View
    listed: pl.DataFrame


def key(
    facts: Facts,
    *,
    as_of: date | None = None,
    scope: Scope | None = None,
    given: Given | None = None,
    pick: int | None = None,
    lang: str = "en",
) -> Answer:
    """The customers with most points, and as many of the next best.

    Args:
        facts: Orders, refunds, customers, contacts.
        as_of: Last day observed; None for the last day known.
        scope: Which orders are used.
        given: Weights, and who is in or out by hand or from before.
        pick: How many; None for `DEFAULT_PICK`.
        lang: Language of `picked_because`.

    Returns:
        Tables `customers` (the picked) and `next`, both `COLUMNS`, most points first; `parts` (one row a part: its
        weight, and what the picked and all customers have on average); `swaps` (`SWAPS`) where a list was kept.

    Raises:
        CusttierError: `bad-pick`, `no-key-parts`, and those of `basis_of` and `customers_of`.
    """
    given = given or Given()
    count = _checked(pick)
    basis = basis_of(facts, scope=scope or Scope(), as_of=as_of)
    parts = parts_of(basis, weights=given.weights, influencers=given.influencers, told=given.told)
    picks = picked(parts.rows, count=count, hands=given.hands, facts=facts)
    total = sum(parts.weights.values())
    chosen = picks.rows.filter("is_picked")
    listed = with_agents(picks.rows, basis=basis)
    shown = _table(
        listed, parts, facts=facts, total=total, currency=basis.currency, lang=lang, has_kept=bool(given.kept)
    )
    tables = {"customers": shown.head(chosen.height).select(COLUMNS)}
    if given.kept:
        tables["swaps"] = _swap_table(picks, facts=facts, total=total)
    tables["next"] = shown.slice(chosen.height).select(COLUMNS)
    tables["parts"] = _part_table(parts, chosen, given.weights)
    view = View(
        command="key",
        parameters={"pick": count, "weights": {part: getattr(given.weights, part) for part in PARTS}},
        summary={**_summary(parts, tables, tied=picks.tied), **parts.found.unattributed},
        tables=tables,
        heights={"customers": chosen.height},
        notes=(*parts.found.notes, *parts.notes, *_remarks(picks, parts, given, count=count)),
        as_of=basis.as_of,
        data_through=facts.extent.data_through,
        currency=basis.currency,
    )
    score = divided(pl.col("weighted"), total * 10).alias("key_score")
    return Answer(view, listed.select("customer_key", "is_picked", score))


def _summary(parts: Parts, tables: Mapping[str, pl.DataFrame], *, tied: int) -> dict[str, object]:
    """What the picked come to, and how many of them stayed, came and went where a list was kept."""
    chosen, swaps = tables["customers"], tables.get("swaps")
    year_sales, picked_sales = int(parts.rows["window_sales"].sum()), int(chosen["year_sales"].sum())
    came = None if swaps is None else swaps.filter(pl.col("swap") == "in").height
    return {
        "customers": parts.rows.height,
        "picked": chosen.height,
        "lowest_key_score": chosen["key_score"].min(),
        "picked_sales": picked_sales,
        "picked_sales_share": picked_sales / year_sales if year_sales else None,
        "tied": tied,
        "stayed": None if came is None else chosen.height - came,
        "came": came,
        "went": None if swaps is None or came is None else swaps.height - came,
    }


def _checked(pick: int | None) -> int:
    count = DEFAULT_PICK if pick is None else pick
    if not 1 <= count <= MOST_PICKS:
        raise usage_error(
            "bad-pick",
            "--pick was given {count}, a number from 1 to {most} is expected",
            hint="write it as --pick 30",
            count=count,
            most=MOST_PICKS,
        )
    return count


def _remarks(picks: Picks, parts: Parts, given: Given, *, count: int) -> list[Note]:
    """What is to be said of who is picked."""
    notes = []
    if parts.rows.height < count:
        notes.append(Note("fewer_than_pick", {"customers": parts.rows.height, "count": count}))
    if picks.tied:
        notes.append(Note("pick_ties", {"count": picks.tied}))
    if given.kept:
        code = "pick_held" if given.picks.stay_thousandths else "pick_compared"
        notes.append(Note(code, {"kept_on": given.kept.kept_on, "margin": spoken_share(given.picks.stay_margin)}))
    return notes


def _table(
    rows: pl.DataFrame, parts: Parts, *, facts: Facts, total: int, currency: str | None, lang: str, has_kept: bool
) -> pl.DataFrame:
    """`COLUMNS` of the rows, in their order."""
    worth = int(parts.rows.get_column("worth").sum())
    keys = rows.get_column("customer_key").implode()
    people = facts.customers.filter(pl.col("customer_key").is_in(keys)).drop("customer_id").collect()
    # nobody is new where nobody was picked before
    newcomer = pl.lit("new" if has_kept else None, dtype=pl.String)
    kinds = pl.when("is_always").then(pl.lit("by_hand")).when("was_kept").then(pl.lit("stays")).otherwise(newcomer)
    shown = rows.join(people, on="customer_key", how="left", maintain_order="left").with_columns(
        divided(pl.col("weighted"), total * 10).alias("key_score"),
        *(divided(pl.col(f"{part}_points"), 10).alias(f"{part}_score") for part in PARTS),
        pl.when("is_picked").then(kinds).alias("pick_kind"),
        pl.from_epoch("last_day", time_unit="d").alias("last_order_on"),
        divided(pl.col("gap_days"), pl.col("gap_parts")).alias("usual_gap_days"),
        divided(pl.col("recency_days") * pl.col("gap_parts"), pl.col("gap_days")).alias("overdue_ratio"),
        pl.col("recency_days").cast(pl.Int32),
        pl.col("window_sales").alias("year_sales"),
        pl.col("window_margin").alias("year_margin"),
        (divided(pl.col("worth_above"), worth) if worth else pl.lit(None, dtype=pl.Float64)).alias("value_above_share"),
    )
    reasons = [key_reason(row, known=parts.known, currency=currency, lang=lang) for row in shown.iter_rows(named=True)]
    return shown.with_columns(pl.Series("picked_because", reasons, dtype=pl.String))


def _part_table(parts: Parts, chosen: pl.DataFrame, weights: KeyWeights) -> pl.DataFrame:
    """One row a part: `part`, `weight`, `weight_share`, `picked_mean_score`, `mean_score`."""
    total = sum(parts.weights.values())
    return pl.DataFrame(
        [
            {
                "part": part,
                "weight": float(getattr(weights, part)),
                "weight_share": parts.weights[part] / total,
                "picked_mean_score": _mean(chosen, part) if part in parts.known else None,
                "mean_score": _mean(parts.rows, part) if part in parts.known else None,
            }
            for part in PARTS
        ],
        schema={
            "part": pl.String,
            "weight": pl.Float64,
            "weight_share": pl.Float64,
            "picked_mean_score": pl.Float64,
            "mean_score": pl.Float64,
        },
    )


def _mean(rows: pl.DataFrame, part: str) -> float | None:
    """Points on average, who has none for want of facts counting as none."""
    return int(rows.get_column(f"{part}_points").sum()) / rows.height / 10 if rows.height else None


def _swap_table(picks: Picks, *, facts: Facts, total: int) -> pl.DataFrame:
    """`SWAPS`, who came first, most points first."""
    keys = picks.swaps.get_column("customer_key").implode()
    people = facts.customers.filter(pl.col("customer_key").is_in(keys)).collect()
    return (
        picks.swaps.drop("customer_id")
        .join(people, on="customer_key", how="left")
        .with_columns(divided(pl.col("weighted"), total * 10).alias("key_score"))
        .sort("swap", "weighted", "customer_id", descending=[False, True, False], nulls_last=True)
        .select(SWAPS)
    )
