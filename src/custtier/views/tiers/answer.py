"""Who makes most of the sales: the top customers, the few behind 80 %, the named tiers, how uneven it all is."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import polars as pl

from custtier.facts import Facts
from custtier.metrics.scope import Scope
from custtier.models.concentration import effective_count, gini, lorenz, lowest_of_fewest
from custtier.views.people import with_people
from custtier.views.shares import divided
from custtier.views.tiers.lists import Listed, TierList
from custtier.views.tiers.named import tier_table, with_prospects
from custtier.views.tiers.standing import HELD_COLUMNS, Standing, TierRules, standing
from custtier.views.tiers.top_group import TopGroup, top_group
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


def tiers(
    facts: Facts,
    *,
    as_of: date | None = None,
    scope: Scope | None = None,
    rules: TierRules | None = None,
    top: str | None = None,
    sales: str | None = None,
    window_days: int | None = None,
    listed: Listed | None = None,
    rows: int | None = None,
) -> View:
    """Customers by net sales, the top group marked: `tiers_of` everyone who bought.

    Args:
        facts: Orders, refunds and customers.
        as_of: Last day observed; None for the last day known.
        scope: Which orders are used.
        rules: By what tiers are told.
        top: See `tiers_of`.
        sales: See `tiers_of`.
        window_days: Only the orders of so many days that end on the day observed; who has none in them is no
            customer here. None for all.
        listed: See `tiers_of`.
        rows: See `tiers_of`.

    Raises:
        CusttierError: `top-and-sales`, `bad-top`, `bad-share`, `bad-within`, and those of `standing`.
    """
    group = top_group(top, sales)
    state = standing(facts, as_of=as_of, scope=scope, window_days=window_days, rules=rules or TierRules())
    return tiers_of(state, facts=facts, group=group, sales=sales, listed=listed, rows=rows)


def tiers_of(
    state: Standing,
    *,
    facts: Facts,
    group: TopGroup,
    sales: str | None = None,
    listed: Listed | None = None,
    prospect_count: int = 0,
    rows: int | None = None,
) -> View:
    """Customers by net sales, the top group marked.

    Equal net sales are never told apart: everyone who ties with the last of a group is in it, and
    `cumulative_sales_share` is the share of all who sell at least as much, so that ties have the same one.

    Args:
        state: Everyone and their tier.
        facts: Knows the customers.
        group: The best group.
        sales: The share of sales that was asked for, as typed.
        listed: Ask for some of the customers instead of all.
        prospect_count: Contacts who never bought, for the table of tiers.
        rows: How many rows of the first table will be shown; None for all.

    Returns:
        Tables `customers` (`COLUMNS`, and `HELD_COLUMNS` where somebody may be held), `tiers`
        (`tiers.named.tier_table`), `lorenz` (`concentration.lorenz`). In the summary `sales80_customers` and
        `sales80_share` (of the customers) are always those of 80 %, and the `top10_…` those of the ten best, or of all
        when there are fewer. With `listed` its tables and figures come first, then `tiers`.
    """
    everyone, named = state.everyone, state.told.named
    cutoff = group.cutoff(everyone.amounts)
    named = named.with_columns((pl.col("net_sales") >= cutoff).alias("in_top"))
    table = with_prospects(_tier_table(state), count=prospect_count)
    answer = View(
        command="tiers",
        parameters={"top": group.typed_top, "sales": sales, "window": state.window_days},
        summary={**_spread(everyone.amounts, cutoff=cutoff), **everyone.found.unattributed},
        tables={"tiers": table},
        notes=state.notes,
        as_of=everyone.basis.as_of,
        data_through=facts.extent.data_through,
        currency=everyone.basis.currency,
        labels=state.rules.cuts.labels,
    )
    if listed is None:
        customers = _table(named, facts=facts, rows=rows)
        return replace(
            answer,
            tables={"customers": customers, "tiers": table, "lorenz": lorenz(everyone.amounts)},
            heights={"customers": everyone.amounts.len()},
        )
    return _with_list(answer, listed.listed(state, facts=facts, rows=rows))


def _with_list(answer: View, found: TierList) -> View:
    return replace(
        answer,
        parameters={**answer.parameters, **found.asked},
        summary={**found.summary, **answer.summary},
        tables={**found.tables, **answer.tables},
        heights=found.heights,
        notes=(*answer.notes, *found.notes),
    )


def _tier_table(state: Standing) -> pl.DataFrame:
    """The table `tiers`; with kept bounds also what part of the customers was in each tier then."""
    table = tier_table(state.told.named, codes=state.codes)
    if state.rules.frozen is None:
        return table
    return table.with_columns(pl.Series("customer_share_then", state.rules.frozen.customer_shares, dtype=pl.Float64))


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
    held = [column for column in HELD_COLUMNS[:1] if column in named.columns]
    return (
        with_people(named, facts=facts, largest_first="net_sales", rows=rows)
        .with_columns(
            pl.from_epoch("last_day", time_unit="d").alias("last_order_on"),
            divided(sales, total).alias("sales_share"),
            divided(_sold_by_equals_and_better(sales), total).alias("cumulative_sales_share"),
            pl.col("tier", *held).cast(pl.String),
        )
        .select(*COLUMNS, *(HELD_COLUMNS if held else ()))
        .head(named.height if rows is None else rows)
    )


def _sold_by_equals_and_better(sales: pl.Expr) -> pl.Expr:
    """The running sum of a descending column, taken at the last of its equals."""
    last_of_equals = (sales != sales.shift(-1)).fill_null(value=True)
    return pl.when(last_of_equals).then(sales.cum_sum()).otherwise(None).backward_fill()
