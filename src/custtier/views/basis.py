"""What every view starts from: the day observed, the orders used, one row per customer, and the remarks on them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import narwhals.stable.v2 as nw
import polars as pl

from custtier.errors import nothing_error, usage_error
from custtier.facts import Facts, Note
from custtier.metrics.conversion import converted
from custtier.metrics.frames import Lazy, polars_behind
from custtier.metrics.refunds_made import less_refunds, refunds_made
from custtier.metrics.runs import Ledger, run_totals
from custtier.metrics.sales import purchases_as_of
from custtier.metrics.scope import Scope, in_scope
from custtier.metrics.totals import customer_totals, remarkable_orders
from custtier.periods import day_number
from custtier.views.choices import check_choices, one_currency
from custtier.views.spoken import spoken_money


@dataclass(frozen=True)
class Basis:
    """The orders of one question, not yet read.

    Args:
        facts: Where they come from.
        as_of: Last day observed.
        currency: Currency of every amount.
        orders: `schema.PURCHASES` in scope.
        refunds: The dated refunds that count; None when all of them do.
        is_sorted: Whether `purchases` are still sorted by account and day.
        is_whole: Whether every order known is used.
        scope: Which orders these are.
    """

    facts: Facts
    as_of: date
    currency: str | None
    orders: Lazy
    refunds: Lazy | None
    is_sorted: bool
    is_whole: bool
    scope: Scope = field(default_factory=Scope)

    @property
    def purchases(self) -> Lazy:
        """Those of the orders that are purchases: `metrics.sales.purchases_as_of`."""
        return self.purchases_with()

    def purchases_with(self, *columns: str) -> Lazy:
        """The same with more columns of `orders`; refunds that count by their own day are not taken off."""
        conversion = self.scope.conversion
        keep = dict.fromkeys([*columns, *(["currency"] if conversion else [])])
        found = purchases_as_of(
            self.orders,
            as_of=self.as_of,
            dated_refunds=self.refunds,
            has_dated_refunds=self.facts.extent.dated_refunds > 0 and not self.scope.by_refund_day,
            keep=list(keep),
        )
        if conversion is None:
            return found
        net_sales = converted(pl.col("net_sales"), conversion=conversion)
        kept = polars_behind(found).with_columns(net_sales.alias("net_sales"))
        return nw.from_native(kept.select("account_key", "order_day", "net_sales", *columns))

    def refunds_with(self, *columns: str, since_day: int | None = None) -> pl.LazyFrame:
        """The refunds made in the period, of orders of any day: what `purchases_with` does not take off by refund day.

        Args:
            columns: Columns of the refunded order.
            since_day: Number of a first day later than that of the scope.

        Returns:
            `metrics.refunds_made.refunds_made`.
        """
        scope = self.scope
        anytime = replace(scope, since=None, until=None)
        last = min(self.as_of, scope.until) if scope.until else self.as_of
        made = self.facts.dated_refunds.filter(pl.col("refund_day") <= day_number(last))
        first = [since_day, day_number(scope.since) if scope.since else None]
        for day in (day for day in first if day is not None):
            made = made.filter(pl.col("refund_day") >= day)
        orders = in_scope(nw.from_native(self.facts.purchases), scope=anytime, as_of=self.as_of)
        return refunds_made(
            made, polars_behind(orders), accounts=self.accounts, conversion=scope.conversion, keep=columns
        )

    @property
    def accounts(self) -> pl.LazyFrame | None:
        """The merged accounts; None when there are none."""
        return self.facts.accounts if self.facts.extent.merged_accounts else None

    @property
    def ledger(self) -> Ledger:
        """The purchases and whose they are."""
        return Ledger(polars_behind(self.purchases), self.accounts, self.is_sorted)

    @property
    def as_of_day(self) -> int:
        """The number of the last day observed."""
        return day_number(self.as_of)


@dataclass(frozen=True)
class Customers:
    """One row per customer who bought, what belongs to nobody, and the remarks on the orders.

    Args:
        totals: One row per `customer_key`; at least one row.
        unattributed_orders: Purchases that belong to nobody.
        unattributed_sales: Their net sales, minor units.
        notes: Remarks on the orders used.
        refunded: Refunds by their own day: `refunded_customers`, who were refunded at least what they bought in the
            period and are not among `totals`, and their `refunded_sales`, minor units, 0 or below.
    """

    totals: pl.DataFrame
    unattributed_orders: int
    unattributed_sales: int
    notes: tuple[Note, ...]
    refunded: Mapping[str, int] = field(default_factory=dict)

    @property
    def unattributed(self) -> Mapping[str, int]:
        """The figures that every customer view carries beside its sums, so that they add up to the shop's."""
        nobodys = {"unattributed_orders": self.unattributed_orders, "unattributed_sales": self.unattributed_sales}
        return {**nobodys, **self.refunded}


def basis_of(facts: Facts, *, scope: Scope, as_of: date | None) -> Basis:
    """The orders that a question is about, as of a day.

    Args:
        facts: Orders, refunds and accounts.
        scope: Which orders are used.
        as_of: Last day observed; None for the last day of any paid order or dated refund, whatever the scope.

    Raises:
        CusttierError: `no-purchases` when nothing was ever paid, `bad-range` when `since` lies after `until`, an
            `unknown-…` for a value of the scope that no order has, `mixed-currency`.
    """
    if scope.since and scope.until and scope.since > scope.until:
        raise usage_error(
            "bad-range",
            "--since {since} lies after --until {until}",
            hint="give the earlier day to --since",
            since=scope.since,
            until=scope.until,
        )
    observed = as_of or facts.extent.last_on
    if observed is None:
        raise nothing_error(
            "no-purchases",
            "there is no paid order yet",
            hint="import an order export with `custtier import FILE`",
        )
    check_choices(facts, scope)
    extent = facts.extent
    is_whole = scope == Scope() and extent.last_on is not None and observed >= extent.last_on
    orders = nw.from_native(facts.purchases)
    if not is_whole:
        orders = in_scope(orders, scope=scope, as_of=observed)
    # no refund is dated after the last day known: only an earlier day asks which of them had been made
    all_made = extent.last_on is None or observed >= extent.last_on or not extent.dated_refunds or scope.by_refund_day
    refunds = None if all_made else nw.from_native(facts.dated_refunds)
    return Basis(
        facts=facts,
        as_of=observed,
        currency=one_currency(facts, scope, orders),
        orders=orders,
        refunds=refunds,
        is_sorted=all_made,
        is_whole=is_whole,
        scope=scope,
    )


def totals_in(basis: Basis) -> pl.DataFrame:
    """Orders, net sales, first and last day of each customer: `metrics.totals.customer_totals`."""
    if basis.is_sorted:
        totals = run_totals(basis.ledger)
        return less_refunds(totals, basis.refunds_with()) if basis.scope.by_refund_day else totals
    accounts = None if basis.accounts is None else nw.from_native(basis.accounts)
    return polars_behind(customer_totals(basis.purchases, accounts=accounts)).collect(engine="streaming")


def customers_of(basis: Basis, everyone: pl.DataFrame) -> Customers:
    """Everyone with a purchase, and the remarks that the orders call for.

    Args:
        basis: The orders used.
        everyone: One row per `customer_key`, with at least the columns of `totals_in`; the null key holds what belongs
            to nobody.

    Raises:
        CusttierError: `no-purchases` when no order in scope is a purchase; `no-customers` when none of them belongs to
            anybody.
    """
    nobody = everyone.filter(pl.col("customer_key").is_null())
    unattributed_orders, unattributed_sales = (
        nobody.select("order_count", "net_sales").row(0) if nobody.height else (0, 0)
    )
    attributed = everyone.filter(pl.col("customer_key").is_not_null()) if nobody.height else everyone
    if not attributed.height:
        raise _nothing(basis, unattributed_orders)
    notes = _notes(basis, unattributed_orders)
    if not basis.scope.by_refund_day:
        return Customers(attributed, unattributed_orders, unattributed_sales, notes)
    sales = pl.col("net_sales")
    is_refunded = (sales < 0) | ((sales == 0) & (pl.col("order_count") > 0))
    lost, attributed = attributed.filter(is_refunded), attributed.filter(~is_refunded)
    refunded = {"refunded_customers": lost.height, "refunded_sales": int(lost.get_column("net_sales").sum())}
    if not attributed.height:
        raise nothing_error(
            "no-purchases",
            "there is no purchase of which the period's refunds leave anything: {customers} customers come to {sales}",
            hint="take a longer period, or `--refund-basis order`",
            customers=lost.height,
            sales=spoken_money(refunded["refunded_sales"], basis.currency),
        )
    return Customers(attributed, unattributed_orders, unattributed_sales, (*notes, Note("by_refund_day")), refunded)


def _nothing(basis: Basis, unattributed_orders: int) -> Exception:
    if unattributed_orders:
        return nothing_error(
            "no-customers",
            "none of the {orders} purchases can be given to a customer: they show no account, full phone or e-mail",
            hint="export the orders with the buyer's account or full phone number, and import them again",
            orders=unattributed_orders,
        )
    if any(note.code == "excluded_by_rule" and note.values["orders"] for note in basis.facts.notes):
        return nothing_error(
            "no-purchases",
            "exclusion rules take out every purchase up to {as_of} among the orders asked for",
            hint="see what each takes out with `custtier exclusions test`, or add `--no-exclusions`",
            as_of=basis.as_of,
        )
    return nothing_error(
        "no-purchases",
        "there is no purchase up to {as_of} among the orders asked for",
        hint="take a later --as-of, or fewer of --since, --until, --source, --shop, --channel and --agent",
        as_of=basis.as_of,
    )


def _notes(basis: Basis, unattributed_orders: int) -> tuple[Note, ...]:
    """The facts' own notes, then those on the orders used."""
    found = {**_remarkable(basis), "unattributed_orders": unattributed_orders}
    notes = [Note(code, {"count": count}) for code, count in found.items() if count]
    through = basis.facts.extent.data_through
    if through and basis.as_of > through:
        notes.append(Note("as_of_after_data", {"as_of": basis.as_of, "data_through": through}))
    return (*basis.facts.notes, *notes, *_converted(basis))


def _converted(basis: Basis) -> list[Note]:
    """A remark on each currency whose orders are converted, and on those that cannot be."""
    conversion = basis.scope.conversion
    if conversion is None:
        return []
    anything = replace(basis.scope, currency=None, conversion=None)
    used = polars_behind(in_scope(nw.from_native(basis.facts.purchases), scope=anything, as_of=basis.as_of))
    counts = dict(used.group_by("currency").len().collect(engine="streaming").iter_rows())
    notes = [
        Note("converted", {"orders": counts[name], "currency": name, "to": conversion.to})
        for name in conversion.currencies
        if counts.get(name)
    ]
    strange = sorted({name for name in counts if name} - {conversion.to, *conversion.currencies})
    return [*notes, *(Note("without_rate", {"orders": counts[name], "currency": name}) for name in strange)]


def _remarkable(basis: Basis) -> Mapping[str, int]:
    """`metrics.totals.remarkable_orders`, without reading them when all orders are used and theirs are known."""
    extent = basis.facts.extent
    if basis.is_whole and extent.closed_paid_orders is not None and extent.orders_without_money is not None:
        return {
            "undated_refunds": extent.undated_refunds,
            "closed_paid_orders": extent.closed_paid_orders,
            "orders_without_money": extent.orders_without_money,
        }
    return polars_behind(remarkable_orders(basis.orders)).collect(engine="streaming").row(0, named=True)
