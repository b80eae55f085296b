"""Who makes most of the sales: the top customers, the few behind 80 %, the named tiers, how uneven it all is."""

from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

import polars as pl

from custtier.facts import Facts
from custtier.metrics.scope import Scope
from custtier.models.concentration import effective_count, gini, lorenz, lowest_of_fewest
from custtier.tiering import TierCuts
from custtier.views.named_tiers import codes_by, tier_bounds, tier_table
from custtier.views.near import near_table, parse_reach
from custtier.views.people import with_people
from custtier.views.ranked import ranked
from custtier.views.rising import rising_of
from custtier.views.shares import divided
from custtier.views.top_group import top_group
from custtier.views.view import View

_MOST = Fraction(80, 100)

BEST = 10
"""So many customers are taken for the few whose loss would hurt."""

COLUMNS = (
    "customer_id",
    "name",
    "phone",
    "order_count",
    "last_order_on",
    "net_sales",
    "sales_share",
    "cumulative_sales_share",
    "tier",
    "in_top",
    "platforms",
)
"""Columns of the table `customers`; all but the last are guaranteed."""


@dataclass(frozen=True)
class Near:
    """Who is within reach of the next tier is asked.

    Args:
        within: How far that is, as typed: see `near.parse_reach`.
    """

    within: str | None = None


def tiers(
    facts: Facts,
    *,
    as_of: date | None = None,
    scope: Scope | None = None,
    cuts: TierCuts | None = None,
    top: str | None = None,
    sales: str | None = None,
    window_days: int | None = None,
    near: Near | None = None,
    rows: int | None = None,
) -> View:
    """Customers by net sales, the top group marked.

    Equal net sales are never told apart: everyone who ties with the last of a group is in it, and
    `cumulative_sales_share` is the share of all who sell at least as much, so that ties have the same one.

    Args:
        facts: Orders, refunds and customers.
        as_of: Last day observed; None for the last day known.
        scope: Which orders are used.
        cuts: The named tiers.
        top: `20%` of the customers or `300` of them; the default when `sales` is not given either.
        sales: `80%`: the fewest customers who make this share of the sales.
        window_days: Only the orders of so many days that end on the day observed; who has none in them is no
            customer here. None for all.
        near: Ask who is within reach of the next tier.
        rows: How many rows of the first table will be shown; None for all.

    Returns:
        Tables `customers` (`COLUMNS`), `tiers` (`named_tiers.tier_table`), `lorenz` (`concentration.lorenz`). In the
        summary `sales80_customers` and `sales80_share` (of the customers) are always those of 80 %, and the `top10_…`
        those of the ten best, or of all when there are fewer. With `near` the tables are `near`
        (`near.near_table`) and `tiers`, and the summary has `near_customers`.

    Raises:
        CusttierError: `top-and-sales`, `bad-top`, `bad-share`, `bad-within`, and those of `ranked`.
    """
    group = top_group(top, sales)
    everyone = ranked(facts, as_of=as_of, scope=scope, window_days=window_days)
    amounts, basis, found = everyone.amounts, everyone.basis, everyone.found
    cutoff = group.cutoff(amounts)
    cuts = cuts or TierCuts()
    bounds = tier_bounds(amounts, cuts=cuts, currency=basis.currency)
    named = found.totals.with_columns(
        codes_by(bounds, codes=cuts.codes).alias("tier"), (pl.col("net_sales") >= cutoff).alias("in_top")
    )
    answer = View(
        command="tiers",
        parameters={"top": group.typed_top, "sales": sales, "window": window_days},
        summary={**_spread(amounts, cutoff=cutoff), **found.unattributed},
        tables={"tiers": tier_table(named, codes=cuts.codes), "lorenz": lorenz(amounts)},
        heights={"customers": amounts.len()},
        notes=everyone.notes,
        as_of=basis.as_of,
        data_through=facts.extent.data_through,
        currency=basis.currency,
        labels=cuts.labels,
    )
    if near is None:
        return replace(answer, tables={"customers": _table(named, facts=facts, rows=rows), **answer.tables})
    reach = parse_reach(near.within, currency=basis.currency)
    rising = rising_of(amounts, bounds=bounds, cuts=cuts)
    table, count = near_table(named, rising=rising, codes=cuts.codes, reach=reach, facts=facts, rows=rows)
    return replace(
        answer,
        parameters={**answer.parameters, "near": True, "within": near.within},
        summary={"near_customers": count, **answer.summary},
        tables={"near": table, "tiers": answer.tables["tiers"]},
        heights={"near": count},
    )


def _spread(amounts: pl.Series, *, cutoff: int) -> dict[str, object]:
    """What the sales of all customers, largest first, say of how they are spread."""
    count, total = amounts.len(), int(amounts.sum())
    in_top, best = amounts.filter(amounts >= cutoff), int(amounts.head(BEST).sum())
    most = int((amounts >= lowest_of_fewest(amounts, share=_MOST)).sum())
    return {
        "customers": count,
        "net_sales": total,
        "top_customers": in_top.len(),
        "top_sales": int(in_top.sum()),
        "top_sales_share": int(in_top.sum()) / total,
        "cutoff_sales": cutoff,
        "sales80_customers": most,
        "sales80_share": most / count,
        "gini": gini(amounts),
        "effective_customers": effective_count(amounts),
        "top10_sales": best,
        "top10_sales_share": best / total,
    }


def _table(named: pl.DataFrame, *, facts: Facts, rows: int | None) -> pl.DataFrame:
    """The table `customers`, largest first."""
    sales, total = pl.col("net_sales"), int(named.get_column("net_sales").sum())
    return (
        with_people(named, facts=facts, largest_first="net_sales", rows=rows)
        .with_columns(
            pl.from_epoch("last_day", time_unit="d").alias("last_order_on"),
            divided(sales, total).alias("sales_share"),
            divided(_sold_by_equals_and_better(sales), total).alias("cumulative_sales_share"),
            pl.col("tier").cast(pl.String),
        )
        .select(COLUMNS)
        .head(named.height if rows is None else rows)
    )


def _sold_by_equals_and_better(sales: pl.Expr) -> pl.Expr:
    """The running sum of a descending column, taken at the last of its equals."""
    last_of_equals = (sales != sales.shift(-1)).fill_null(value=True)
    return pl.when(last_of_equals).then(sales.cum_sum()).otherwise(None).backward_fill()
