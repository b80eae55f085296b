"""Which orders the user's rules take out: each rule as a condition over purchases, and what it took.

Polars only, unlike most metrics: rules look into tables of the facts beside the purchases, each of them only when a
rule asks for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Final

import narwhals.stable.v2 as nw
import polars as pl

from custtier.currencies import minor_digits
from custtier.facts import Facts
from custtier.metrics.brushed import brushed_orders
from custtier.metrics.conversion import converted
from custtier.metrics.frames import polars_behind
from custtier.metrics.scope import Scope, in_scope
from custtier.metrics.wholesale import wholesale_orders
from custtier.periods import day_number
from custtier.phones import with_phones
from custtier.rules import Detectors, Rule, amount_of
from custtier.schema import PhoneKind, State

PAID_ITEM: Final = pl.col("state").is_null() | (pl.col("state") == State.PAID.value)
"""Items that count: closed and refunded ones carry no money."""

_NOT_GIFTS: Final = r"礼品[盒卡袋券]"
"""Goods whose names hold the word for a gift."""


@dataclass(frozen=True)
class Staff:
    """Who stands in a staff list: phones in comparable form, and accounts."""

    phones: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Exclusion:
    """A rule made ready for some facts.

    Args:
        name: The rule's.
        applies: Whether an order of `schema.PURCHASES` is taken out; never null.
    """

    name: str
    applies: pl.Expr = field(compare=False)


@dataclass(frozen=True)
class Evidence:
    """What rules are judged by.

    Args:
        facts: The orders and what is known beside them.
        as_of: Last day observed: detectors see nothing after it.
        zone: The shop's time zone.
        detectors: Their limits.
        staff: Rule name → its staff list.
        tagged: Tags given by hand or in a file: `customer_key`, `tag`; None when no rule asks for tags.
    """

    facts: Facts
    as_of: date
    zone: str
    detectors: Detectors
    staff: dict[str, Staff] = field(default_factory=dict)
    tagged: pl.DataFrame | None = None


def exclusions_of(rules: Sequence[Rule], evidence: Evidence) -> tuple[Exclusion, ...]:
    """The rules made ready, in their order; only the tables that their conditions ask for are read."""
    return tuple(Exclusion(rule.name.strip(), _applies(rule, evidence)) for rule in rules)


LISTED: Final = ("customers", "phones", "accounts", "products", "channels", "agents", "shops", "tags", "staff_list")
"""Conditions that name something which may be nowhere in the orders."""


def idle_conditions(rule: Rule, evidence: Evidence) -> list[str]:
    """The conditions of a rule that no order of any day meets: what they name is misspelt, or not there yet."""
    set_here = [key for key in LISTED if getattr(rule, key)]
    alone = [Rule(rule.name, **{key: getattr(rule, key)}) for key in set_here]
    purchases = evidence.facts.purchases.with_columns(pl.lit(1, dtype=pl.Int64).alias("gross"))
    met = [purchases.filter(_applies(one, evidence)).select(pl.len()) for one in alone]
    return [key for key, count in zip(set_here, pl.collect_all(met), strict=True) if not count.item()]


def without(purchases: pl.LazyFrame, exclusions: Sequence[Exclusion]) -> pl.LazyFrame:
    """`purchases` that no rule takes out, in their order."""
    return purchases.filter(~one.applies for one in exclusions) if exclusions else purchases


def taken_orders(
    facts: Facts, exclusions: Sequence[Exclusion], *, as_of: date, scope: Scope | None = None
) -> pl.DataFrame:
    """The orders that rules take out, each under the first rule that fits.

    An order counts when it was paid up to `as_of` and not given back in full by then: what is no purchase anyway is not
    taken out. Orders paid without money are named by rules that ask for them, with no sales.

    Args:
        facts: The orders.
        exclusions: The rules, in their order.
        as_of: Last day observed.
        scope: The orders used.

    Returns:
        `order_key`, `account_key`, `order_day`, `currency`, `gross`, `rule` (Int32, place in `exclusions`),
        `net_sales` (Int64, minor units, 0 for orders without money).
    """
    used = polars_behind(in_scope(nw.from_native(facts.purchases), scope=scope or Scope(), as_of=as_of))
    place = pl.lit(None, dtype=pl.Int32)
    for number, one in reversed(list(enumerate(exclusions))):
        place = pl.when(one.applies).then(pl.lit(number, dtype=pl.Int32)).otherwise(place)
    found = (
        used.filter(~pl.col("is_closed"))
        .with_columns(place.alias("rule"))
        .filter(pl.col("rule").is_not_null())
        .select("order_key", "account_key", "order_day", "currency", "gross", "undated_refund", "dated_refund", "rule")
        .collect(engine="streaming")
    )
    netted = with_net_sales(found, facts, as_of=as_of).drop("undated_refund", "dated_refund")
    if scope is None or scope.conversion is None:
        return netted
    sales = pl.col("net_sales")
    return netted.with_columns(pl.when(sales > 0).then(converted(sales, conversion=scope.conversion)).otherwise(sales))


def with_net_sales(orders: pl.DataFrame, facts: Facts, *, as_of: date) -> pl.DataFrame:
    """Some purchases with `net_sales` as of a day, without those that were given back in full by then."""
    last_on = facts.extent.last_on
    if facts.extent.dated_refunds and last_on and as_of < last_on:
        later = facts.dated_refunds.filter(pl.col("refund_day") <= day_number(as_of)).join(
            orders.lazy().select("order_key"), on="order_key", how="semi"
        )
        made = later.group_by("order_key").agg(pl.col("amount").sum().alias("made")).collect(engine="streaming")
        orders = orders.join(made, on="order_key", how="left").with_columns(
            pl.col("made").fill_null(0).alias("dated_refund")
        )
        orders = orders.drop("made")
    net = pl.col("gross") - pl.col("undated_refund") - pl.col("dated_refund")
    return orders.with_columns(net.alias("net_sales")).filter((pl.col("net_sales") > 0) | (pl.col("gross") <= 0))


def receipts(taken: pl.DataFrame, exclusions: Sequence[Exclusion]) -> pl.DataFrame:
    """What each rule took out.

    Args:
        taken: Of `taken_orders`.
        exclusions: The rules.

    Returns:
        One row per rule in their order: `rule` (name), `orders` (Int64), `customers` (Int64, accounts known),
        `net_sales` (Int64, minor units).
    """
    sums = taken.group_by("rule").agg(
        pl.len().cast(pl.Int64).alias("orders"),
        pl.col("account_key").drop_nulls().n_unique().cast(pl.Int64).alias("accounts"),
        pl.col("net_sales").sum(),
    )
    names = pl.DataFrame(
        {"rule": range(len(exclusions)), "name": [one.name for one in exclusions]},
        schema={"rule": pl.Int32, "name": pl.String},
    )
    return (
        names.join(sums, on="rule", how="left", maintain_order="left")
        .with_columns(pl.col("orders", "accounts", "net_sales").fill_null(0))
        .select(pl.col("name").alias("rule"), "orders", "accounts", "net_sales")
    )


def emptied(facts: Facts, exclusions: Sequence[Exclusion]) -> Facts:
    """The facts without the orders that rules take out; the day of observation does not move."""
    if not exclusions:
        return facts
    extent = replace(facts.extent, closed_paid_orders=None, orders_without_money=None)
    return replace(facts, purchases=without(facts.purchases, exclusions), extent=extent)


def _applies(rule: Rule, evidence: Evidence) -> pl.Expr:
    """Whether an order meets every condition of a rule."""
    facts = evidence.facts
    conditions = [
        pl.col(column).str.strip_chars().is_in(list(rule.texts(key)))
        for key, column in (("channels", "channel"), ("agents", "agent"), ("shops", "shop"))
        if rule.texts(key)
    ]
    conditions += _money(rule, facts)
    if not rule.reaches_free_orders:
        conditions.append(pl.col("gross") > 0)
    if rule.customers:
        named = pl.col("customer_id").is_in(list(rule.texts("customers")))
        # each account keeps the id that it had before it was merged with others
        conditions.append(_of_customers(facts, named) | _of_accounts(facts, named))
    if rule.phones:
        conditions.append(_by_phone(facts, comparable_phones(rule.texts("phones"))))
    if rule.accounts:
        conditions.append(_by_account(facts, rule.texts("accounts")))
    if rule.tags:
        conditions.append(_by_tag(facts, rule.texts("tags"), evidence.tagged))
    if rule.staff_list:
        staff = evidence.staff.get(rule.name, Staff())
        conditions.append(_by_phone(facts, staff.phones) | _by_account(facts, staff.accounts))
    conditions += _items(rule, facts)
    if rule.detector == "wholesale":
        found = wholesale_orders(facts, as_of=evidence.as_of, limits=evidence.detectors.wholesale)
        conditions.append(_among("order_key", found.orders["order_key"]))
    if rule.detector == "brushed":
        found = brushed_orders(facts, as_of=evidence.as_of, zone=evidence.zone, limits=evidence.detectors.brushed)
        conditions.append(_among("order_key", found.orders["order_key"]))
    return pl.all_horizontal(condition.fill_null(value=False) for condition in conditions)


def _money(rule: Rule, facts: Facts) -> list[pl.Expr]:
    """Conditions on what was paid, before refunds; amounts are in the main unit of the order's own currency."""
    found = []
    for bound, compare in ((rule.amount_at_least, pl.Expr.ge), (rule.amount_at_most, pl.Expr.le)):
        major = None if bound is None else amount_of(bound)
        if major is not None:
            found.append(compare(pl.col("gross"), _minor(major, facts.extent.currencies)))
    if rule.zero_amount:
        found.append((pl.col("gross") <= 0) & ~pl.col("is_closed"))
    return found


def _minor(major: Decimal, currencies: Sequence[str]) -> pl.Expr:
    """An amount in minor units of each order's currency."""
    amounts = {currency: float(major.scaleb(minor_digits(currency))) for currency in currencies}
    usual = float(major.scaleb(2))
    odd = {currency: amount for currency, amount in amounts.items() if amount != usual}
    return pl.col("currency").replace_strict(odd, default=usual, return_dtype=pl.Float64) if odd else pl.lit(usual)


def _among(column: str, keys: pl.Series) -> pl.Expr:
    return pl.col(column).is_in(keys.implode()) if keys.len() else pl.lit(value=False)


def _of_customers(facts: Facts, condition: pl.Expr) -> pl.Expr:
    """Orders of all accounts of the customers who meet a condition over `schema.CUSTOMERS`."""
    customers = facts.customers.filter(condition).select("customer_key").collect(engine="streaming").to_series()
    return _among("account_key", _accounts_of(facts, customers))


def _accounts_of(facts: Facts, customers: pl.Series) -> pl.Series:
    """The account keys of some customers."""
    merged = facts.accounts.filter(pl.col("customer_key").is_in(customers.implode())).select("account_key")
    return pl.concat([customers.alias("account_key"), merged.collect(engine="streaming").to_series()]).unique()


def comparable_phones(texts: Sequence[str]) -> tuple[str, ...]:
    """The full phones among some texts, in comparable form."""
    frame = pl.DataFrame(
        {"phone": list(texts), "phone_kind": None}, schema={"phone": pl.String, "phone_kind": pl.String}
    )
    found = with_phones(frame)
    return tuple(found.filter(pl.col("phone_kind") == PhoneKind.FULL.value)["phone"].unique(maintain_order=True))


def _by_phone(facts: Facts, phones: Sequence[str]) -> pl.Expr:
    """Orders that show one of these phones, and all orders of customers who usually use one."""
    if not phones:
        return pl.lit(value=False)
    orders = facts.table("details", columns=["order_key", "phone"]).filter(pl.col("phone").is_in(list(phones)))
    shown = orders.select("order_key").collect(engine="streaming").to_series()
    return _among("order_key", shown) | _of_accounts(facts, pl.col("usual_phone").is_in(list(phones)))


def _by_account(facts: Facts, accounts: Sequence[str]) -> pl.Expr:
    """All orders of customers who have one of these accounts, whatever the case of its letters."""
    if not accounts:
        return pl.lit(value=False)
    lowered = [account.lower() for account in accounts]
    return _of_accounts(facts, pl.any_horizontal(pl.col("account", "email").str.to_lowercase().is_in(lowered)))


def _of_accounts(facts: Facts, condition: pl.Expr) -> pl.Expr:
    """All orders of the people who have an account that meets a condition over the table `known`."""
    known = facts.table("known").filter(condition).select(pl.col("account_key").unique())
    return _among("account_key", _persons_accounts(facts, known.collect(engine="streaming").to_series()))


def _by_tag(facts: Facts, tags: Sequence[str], given: pl.DataFrame | None) -> pl.Expr:
    """All orders of customers who were given one of these tags, or who are among the contacts with one."""
    tagged = pl.col("tags").str.split(",").list.eval(pl.element().str.strip_chars().is_in(list(tags))).list.any()
    found = facts.table("contacts", columns=["account_key", "tags"]).filter(tagged)
    keys = found.select(pl.col("account_key").drop_nulls().unique()).collect(engine="streaming").to_series()
    if given is not None:
        keys = pl.concat([keys, given.filter(pl.col("tag").is_in(list(tags)))["customer_key"].alias(keys.name)])
    return _among("account_key", _persons_accounts(facts, keys))


def _persons_accounts(facts: Facts, accounts: pl.Series) -> pl.Series:
    """All accounts of the people who have some accounts."""
    merged = facts.accounts.filter(pl.col("account_key").is_in(accounts.implode())).select("customer_key")
    customers = pl.concat([accounts, merged.collect(engine="streaming").to_series().alias(accounts.name)]).unique()
    return pl.concat([accounts.alias("account_key"), _accounts_of(facts, customers)]).unique()


def _items(rule: Rule, facts: Facts) -> list[pl.Expr]:
    """Conditions on what an order holds."""
    found = []
    product = pl.col("product").str.to_lowercase()
    if rule.products:
        words = [word.lower() for word in rule.texts("products")]
        fits = product.str.contains_any(words) | pl.col("product_id").str.to_lowercase().is_in(words)
        found.append(_holding(facts, fits.fill_null(value=False), every=rule.whole_order))
    if rule.gift_words:
        words = [word.lower() for word in rule.gift_words]
        named = product if isinstance(rule.gift, tuple) else product.str.replace_all(_NOT_GIFTS, "")
        found.append(_holding(facts, named.str.contains_any(words).fill_null(value=False), every=True))
    if rule.quantity_at_least is not None:
        pieces = _paid_items(facts, "quantity").group_by("order_key").agg(pl.col("quantity").sum())
        many = pieces.filter(pl.col("quantity") >= rule.quantity_at_least).select("order_key")
        found.append(_among("order_key", many.collect(engine="streaming").to_series()))
    return found


def _paid_items(facts: Facts, *columns: str) -> pl.LazyFrame:
    return facts.table("items", columns=["order_key", "state", *columns]).filter(PAID_ITEM)


def _holding(facts: Facts, fits: pl.Expr, *, every: bool) -> pl.Expr:
    """Orders of which any paid item fits, or every one."""
    items = _paid_items(facts, "product_id", "product")
    if every:
        orders = items.group_by("order_key").agg(fits.all().alias("fits")).filter("fits").select("order_key")
    else:
        orders = items.filter(fits).select(pl.col("order_key").unique())
    return _among("order_key", orders.collect(engine="streaming").to_series())
