"""Who brought whom: the customers who bring others, what these buy, the few who bring most; one person's tree."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Final

import polars as pl

from custtier.errors import nothing_error
from custtier.facts import Facts, Note
from custtier.metrics.scope import Scope
from custtier.models.concentration import gini, lowest_of_fewest
from custtier.models.proportions import wilson
from custtier.views.basis import Basis, Customers, basis_of, customers_of, totals_in
from custtier.views.referrals.compared import compared
from custtier.views.referrals.edges import Edges, edges_of
from custtier.views.referrals.forest import Forest, forest_of
from custtier.views.referrals.reach import Assumed, Own, reach_of
from custtier.views.referrals.statements import Told, pairs_later
from custtier.views.referrals.tree import COLUMNS as TREE
from custtier.views.referrals.tree import chain_above, place_of, tree_below
from custtier.views.shares import divided
from custtier.views.view import View

REFERRERS: Final = (
    "customer_id",
    "name",
    "phone",
    "referred_count",
    "referred_buyers",
    "referred_sales",
    "referred_first_year_sales",
    "cumulative_referred_share",
    "below_count",
    "below_buyers",
    "below_sales",
    "generations_below",
    "net_sales",
    "value_with_referred",
    "value_with_below",
    "referrer_id",
)
REFERRED: Final = (
    "customer_id",
    "name",
    "phone",
    "referrer_id",
    "referrer_name",
    "referred_on",
    "referral_origin",
    "generation",
    "order_count",
    "net_sales",
    "first_year_sales",
)
GENERATIONS: Final = (
    "generation",
    "referred_count",
    "referred_buyers",
    "referred_sales",
    "onward_count",
    "onward_each",
)
REFUSED: Final = (
    "referral_refusal",
    "ring",
    "customer_id",
    "name",
    "referrer_id",
    "referrer_name",
    "referred_on",
    "referral_origin",
    "is_left_out",
)
UNMATCHED: Final = ("named_as", "referral_side", "referral_origin", "match_problem", "persons_meant", "named_times")
ABOVE: Final = (
    "tree_level",
    "customer_id",
    "name",
    "phone",
    "referred_count",
    "below_count",
    "net_sales",
    "below_sales",
)

_SAID: Final = {"origin": "referral_origin", "said_on": "referred_on"}
_MOST_SALES: Final = Fraction(80, 100)


@dataclass(frozen=True)
class Known:
    """What all answers start from.

    Args:
        basis: The orders used.
        totals: Everybody's orders, as `views.basis.totals_in`.
        found: Everybody who bought.
        edges: Who brought whom.
        forest: The trees.
    """

    basis: Basis
    totals: pl.DataFrame
    found: Customers
    edges: Edges
    forest: Forest


def known_of(facts: Facts, *, as_of: date | None, scope: Scope | None, told: Told) -> Known:
    """Who brought whom, and what everybody bought.

    Args:
        facts: Orders, customers, contacts, pairs, tags.
        as_of: Last day observed; None for the last day known.
        scope: Which orders count; who brought whom is told by all of them.
        told: How it is read who brought whom.

    Raises:
        CusttierError: Those of `basis_of` and `customers_of`.
    """
    basis = basis_of(facts, scope=scope or Scope(), as_of=as_of)
    totals = totals_in(basis)
    found = customers_of(basis, totals)
    edges = edges_of(basis, told)
    return Known(basis, totals, found, edges, forest_of(edges, basis=basis, totals=totals))


def referrals(known: Known) -> View:
    """Everybody who brought anybody, those first whose people bought most.

    Returns:
        Tables `referrers` (`REFERRERS`), `referred` (`REFERRED`, everybody who was brought), `generations`
        (`GENERATIONS`), `compared` (`compared.COLUMNS`), and where there are any `refused` (`REFUSED`) and `unmatched`
        (`UNMATCHED`).

    Raises:
        CusttierError: `no-referrals` when nothing says who brought anybody.
    """
    _check_named(known)
    people, edges = known.forest.people, known.edges
    bringers = _bringers(people)
    brought = people.filter(pl.col("referrer_key").is_not_null())
    beside = compared(known.basis, brought.get_column("customer_key"), totals=known.totals)
    tables = {
        "referrers": bringers.select(REFERRERS),
        "generations": _generations(brought),
        "compared": beside.table,
        "referred": _referred(brought, people),
        "refused": _refused(known),
        "unmatched": _unmatched(edges),
    }
    return View(
        command="referrals",
        parameters={},
        summary={**_summary(known, bringers, brought), "compared_days": beside.days, **known.found.unattributed},
        tables={
            name: table
            for name, table in tables.items()
            if table.height or name in ("referrers", "referred", "generations")
        },
        notes=(*known.found.notes, *beside.notes, *_remarks(known)),
        as_of=known.basis.as_of,
        data_through=known.basis.facts.extent.data_through,
        currency=known.basis.currency,
    )


def reach(known: Known, assumed: Assumed) -> View:
    """How many people could be reached, as assumed and as this shop has seen it: `reach.reach_of`.

    Returns:
        Table `reach`, `reach.COLUMNS`.
    """
    people = known.forest.people
    counts = people.filter(pl.col("is_buyer") & (pl.col("referred_count") > 0)).get_column("referred_count")
    brought = people.filter(pl.col("referrer_key").is_not_null())
    own = Own(
        customers=known.found.totals.height,
        bringers=counts.len(),
        counts=counts.sort(),
        brought=brought.height,
        onward=int(brought.get_column("referred_count").sum()),
    )
    found = reach_of(assumed, own)
    return View(
        command="referrals_reach",
        parameters={"known": assumed.known, "mobilised": assumed.mobilised, "each": assumed.each},
        summary=found.summary,
        tables={"reach": found.table},
        notes=(*known.found.notes, *found.notes),
        as_of=known.basis.as_of,
        data_through=known.basis.facts.extent.data_through,
        currency=known.basis.currency,
    )


def tree_of(known: Known, customer_key: int, *, depth: int | None = None) -> View:
    """One person's tree.

    Args:
        known: Who brought whom.
        customer_key: The person's.
        depth: How many levels below are listed; None for all.

    Returns:
        Tables `tree` (`TREE`) and `above` (`ABOVE`), those above from the top down.

    Raises:
        CusttierError: `no-referrals` when nothing says that the person brought anybody or was brought.
    """
    place = place_of(known.forest, customer_key)
    if place is None:
        raise nothing_error(
            "no-referrals",
            "nothing says that this customer brought anybody, or was brought by anybody",
            hint="list those who did with: custtier referrals",
        )
    tree = tree_below(known.forest, place, depth=depth)
    above = chain_above(known.forest, place)
    own = known.forest.people.row(place, named=True)
    figures = (
        "referred_count", "referred_buyers", "referred_sales", "referred_first_year_sales", "below_count",
        "below_buyers", "below_sales", "generations_below", "net_sales", "value_with_referred", "value_with_below",
    )  # fmt: skip
    tables = {"tree": tree.select(TREE).rename(_SAID)}
    if above.height:
        tables["above"] = above.select(ABOVE)
    return View(
        command="referrals_tree",
        parameters={"of": own["customer_id"], "depth": depth},
        summary={"customer_id": own["customer_id"], **{name: own[name] for name in figures}},
        tables=tables,
        notes=(*known.found.notes, *_remarks(known)),
        as_of=known.basis.as_of,
        data_through=known.basis.facts.extent.data_through,
        currency=known.basis.currency,
    )


def _check_named(known: Known) -> None:
    count, last = (0, None) if known.edges.named else pairs_later(known.basis)
    if count:
        raise nothing_error(
            "no-referrals",
            "the pairs of who brought whom are all dated after {as_of}, the last day observed: {count}",
            hint="add `--as-of {last}`",
            as_of=known.basis.as_of,
            count=count,
            last=last,
        )
    if not known.edges.named:
        raise nothing_error(
            "no-referrals",
            "nothing says who brought anybody up to {as_of}: no file of pairs, no column 推荐人 of contacts or orders, "
            "no tag such as 推荐人:王姐",
            hint="write down who brought whom: custtier template referrals --output referrals.csv",
            as_of=known.basis.as_of,
        )


def _bringers(people: pl.DataFrame) -> pl.DataFrame:
    """Who brought anybody, those first whose people bought most."""
    sales = int(people.get_column("referred_sales").sum())
    order = ("referred_sales", "referred_count", "below_sales", "customer_id")
    return (
        people.filter(pl.col("referred_count") > 0)
        .sort(order, descending=[True, True, True, False], nulls_last=True)
        .with_columns(divided(pl.col("referred_sales").cum_sum(), sales).alias("cumulative_referred_share"))
    )


def _referred(brought: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    """`REFERRED`, who bought most first."""
    names = people.select(referrer_key="customer_key", referrer_name="name")
    return (
        brought.join(names, on="referrer_key", how="left")
        .sort("net_sales", "customer_id", descending=[True, False], nulls_last=True)
        .rename(_SAID)
        .select(REFERRED)
    )


def _generations(brought: pl.DataFrame) -> pl.DataFrame:
    """`GENERATIONS`: those who were brought by the first of a tree, by these, and so on."""
    onward = pl.col("onward_count")
    return (
        brought.group_by("generation")
        .agg(
            pl.len().cast(pl.Int64).alias("brought"),
            pl.col("is_buyer").sum().cast(pl.Int64).alias("buyers"),
            pl.col("net_sales").sum(),
            pl.col("referred_count").sum().alias("onward_count"),
        )
        .sort("generation")
        .select(
            "generation",
            pl.col("brought").alias("referred_count"),
            pl.col("buyers").alias("referred_buyers"),
            pl.col("net_sales").alias("referred_sales"),
            "onward_count",
            divided(onward, pl.col("brought")).alias("onward_each"),
        )
    )


def _refused(known: Known) -> pl.DataFrame:
    people = known.basis.facts.customers.select("customer_key", "customer_id", "name").collect()
    above = people.select(referrer_key="customer_key", referrer_id="customer_id", referrer_name="name")
    return (
        known.edges.refused.join(people, on="customer_key", how="left")
        .join(above, on="referrer_key", how="left")
        .sort("ring", "customer_id", nulls_last=False)
        .rename({**_SAID, "refusal": "referral_refusal"})
        .select(REFUSED)
    )


def _unmatched(edges: Edges) -> pl.DataFrame:
    names = {"text": "named_as", "side": "referral_side", "origin": "referral_origin", "problem": "match_problem"}
    names |= {"persons": "persons_meant", "times": "named_times"}
    return edges.unmatched.rename(names).select(UNMATCHED)


def _summary(known: Known, bringers: pl.DataFrame, brought: pl.DataFrame) -> Mapping[str, object]:
    """The sums, and how few make most of the sales of those who were brought."""
    customers = known.found.totals
    all_sales = int(customers.get_column("net_sales").sum())
    sales = bringers.get_column("referred_sales")
    referred_sales = int(sales.sum())
    most = None
    if referred_sales:
        most = int((sales >= lowest_of_fewest(sales, share=_MOST_SALES)).sum())
    buying = int(bringers.get_column("is_buyer").sum())
    low, high = wilson(buying, customers.height) or (None, None)
    return {
        "customers": customers.height,
        "referrers": bringers.height,
        "bringer_share": buying / customers.height,
        "bringer_share_low": low,
        "bringer_share_high": high,
        "referred_count": brought.height,
        "referred_buyers": int(brought.get_column("is_buyer").sum()),
        "referred_sales": referred_sales,
        "referred_sales_share": referred_sales / all_sales if all_sales else None,
        "trees": int((bringers.get_column("generation") == 0).sum()),
        "generations_below": brought.get_column("generation").max(),
        "referrers80": most,
        "referrers80_share": most / bringers.height if most is not None else None,
        "gini": gini(sales),
    }


def _remarks(known: Known) -> tuple[Note, ...]:
    """What of all that was said is not in the answer, or is said twice."""
    edges, notes = known.edges, []
    if edges.unmatched.height:
        notes.append(Note("referrals_unmatched", {"texts": edges.unknown_texts}))
    selves = edges.refused.filter(pl.col("refusal") == "self").height
    if selves:
        notes.append(Note("referrals_of_self", {"count": selves}))
    rings = edges.refused.get_column("ring").n_unique() - int(edges.refused.get_column("ring").null_count() > 0)
    if rings:
        notes.append(Note("referral_rings", {"count": rings}))
    if edges.contradicted:
        notes.append(Note("referrals_contradicted", {"count": edges.contradicted}))
    count, last = pairs_later(known.basis)
    if count:
        notes.append(Note("referrals_later", {"count": count, "as_of": known.basis.as_of, "last": last}))
    return tuple(notes)
