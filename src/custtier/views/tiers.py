"""Who makes most of the sales: the top customers, the few behind 80 %, the named tiers, how uneven it all is."""

from datetime import date
from fractions import Fraction

import polars as pl

from custtier.errors import usage_error
from custtier.facts import Facts
from custtier.metrics.scope import Scope
from custtier.models.concentration import gini, lorenz, lowest_of_best, lowest_of_fewest, parts_of
from custtier.settings import TierCuts
from custtier.views.basis import basis_of, customers_of, totals_in
from custtier.views.named_tiers import tier_codes, tier_table
from custtier.views.people import with_people
from custtier.views.shares import divided, parse_share, parse_top
from custtier.views.view import View

DEFAULT_TOP = "20%"
_MOST = Fraction(80, 100)

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
    cuts: TierCuts | None = None,
    top: str | None = None,
    sales: str | None = None,
    rows: int | None = None,
) -> View:
    """Customers by net sales, the top group marked.

    Equal net sales are never told apart: everyone who ties with the last of a group is in it, and
    `cumulative_sales_share` is the share of all who sell at least as much, so that ties have the same one.

    Args:
        facts: Orders, refunds and customers.
        as_of: Last day observed; None for the last day known.
        scope: Which orders are used.
        cuts: Where the named tiers end.
        top: `20%` of the customers or `300` of them; the default when `sales` is not given either.
        sales: `80%`: the fewest customers who make this share of the sales.
        rows: How many rows of `customers` will be shown; None for all.

    Returns:
        Tables `customers` (`COLUMNS`), `tiers` (`named_tiers.tier_table`), `lorenz` (`concentration.lorenz`). In the
        summary `sales80_customers` and `sales80_share` (of the customers) are always those of 80 %.

    Raises:
        CusttierError: `top-and-sales`, `bad-top`, `bad-share`, and those of `basis_of` and `customers_of`.
    """
    if top is not None and sales is not None:
        raise usage_error(
            "top-and-sales", "--top and --sales were both given, they choose the same thing", hint="leave one out"
        )
    typed_top = DEFAULT_TOP if top is None and sales is None else top
    asked_top = None if typed_top is None else parse_top(typed_top)
    asked_sales = None if sales is None else parse_share(sales, option="--sales")
    basis = basis_of(facts, scope=scope or Scope(), as_of=as_of)
    found = customers_of(basis, totals_in(basis))

    amounts = found.totals.get_column("net_sales").sort(descending=True)
    count, total = amounts.len(), int(amounts.sum())
    if asked_sales is not None:
        cutoff = lowest_of_fewest(amounts, share=asked_sales)
    else:
        wanted = asked_top if isinstance(asked_top, int) else parts_of(count, asked_top or Fraction(1))
        cutoff = lowest_of_best(amounts, count=wanted)
    in_top = amounts.filter(amounts >= cutoff)
    most = int((amounts >= lowest_of_fewest(amounts, share=_MOST)).sum())
    named = found.totals.with_columns(
        tier_codes(amounts, cuts=cuts or TierCuts()).alias("tier"), (pl.col("net_sales") >= cutoff).alias("in_top")
    )
    return View(
        command="tiers",
        parameters={"top": typed_top, "sales": sales},
        summary={
            "customers": count,
            "net_sales": total,
            "top_customers": in_top.len(),
            "top_sales": int(in_top.sum()),
            "top_sales_share": int(in_top.sum()) / total,
            "cutoff_sales": cutoff,
            "sales80_customers": most,
            "sales80_share": most / count,
            "gini": gini(amounts),
            **found.unattributed,
        },
        tables={
            "customers": _table(named, facts=facts, rows=rows),
            "tiers": tier_table(named),
            "lorenz": lorenz(amounts),
        },
        heights={"customers": count},
        notes=found.notes,
        as_of=basis.as_of,
        data_through=facts.extent.data_through,
        currency=basis.currency,
    )


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
