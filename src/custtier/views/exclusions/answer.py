"""`exclusions`: the user's rules, what each takes out, and what the detectors would suggest."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

import narwhals.stable.v2 as nw
import polars as pl

from custtier.facts import Facts, Note
from custtier.metrics.exclusions import Exclusion, receipts, taken_orders
from custtier.metrics.scope import Scope
from custtier.metrics.suspects import Suspects, bought_orders
from custtier.rules import Detectors, Rule
from custtier.text import Catalogue
from custtier.views.choices import check_choices, one_currency
from custtier.views.exclusions.suspicions import suggestions
from custtier.views.shares import divided
from custtier.views.view import View

MOST_ORDERS: Final = 1_000
"""Rows of the table of orders: enough to look through."""

RULES: Final = ("rule", "on", "orders", "accounts", "net_sales", "sales_share", "conditions")
ORDERS: Final = ("rule", "detector", "ordered_on", "profile", "order_id", "name", "phone", "gross", "net_sales")


def exclusions(
    facts: Facts,
    rules: Sequence[Rule],
    ready: Sequence[Exclusion],
    *,
    as_of: date,
    scope: Scope,
    detectors: Detectors,
    found: Mapping[str, Suspects] | None = None,
    lang: str = "en",
) -> View:
    """The rules in their order with what each takes out, each order under the first rule that is on and fits.

    A rule that is off is told with what it alone would take out.

    Args:
        facts: All orders.
        rules: The user's rules.
        ready: The same, ready for the facts.
        as_of: Last day observed.
        scope: The orders used.
        detectors: Their limits.
        found: What the detectors found; None when they were not asked.
        lang: Language of reasons.

    Returns:
        Tables `exclusions` and, with `found`, `suggestions` (a row per suspicious cluster) and `orders` (which orders).

    Raises:
        CusttierError: `mixed-currency`, `unknown-shop` and the like.
    """
    check_choices(facts, scope)
    currency = one_currency(facts, scope, nw.from_native(facts.purchases))
    switched_on = [one for one, rule in zip(ready, rules, strict=True) if rule.on]
    taken = taken_orders(facts, switched_on, as_of=as_of, scope=scope)
    table = _rules_table(facts, rules, ready, taken, as_of=as_of, scope=scope)
    bought = bought_orders(facts, as_of=as_of, scope=scope)
    sales = int(bought.select(pl.col("net_sales").sum()).collect(engine="streaming").item())
    view = View(
        command="exclusions",
        parameters={},
        summary={
            "rules": len(rules),
            "rules_on": len(switched_on),
            "orders_taken_out": taken.height,
            "sales_taken_out": int(taken["net_sales"].sum()),
        },
        tables={
            "exclusions": table.with_columns(divided(pl.col("net_sales"), sales).alias("sales_share")).select(RULES)
        },
        notes=(*facts.notes, *([Note("first_rule_counts")] if len(switched_on) > 1 else [])),
        as_of=as_of,
        data_through=facts.extent.data_through,
        currency=currency,
    )
    if found is None:
        return view
    suggested = suggestions(
        found,
        switched_on=[rule.detector for rule in rules if rule.on and rule.detector],
        detectors=detectors,
        currency=currency,
        catalogue=Catalogue("zh" if lang == "zh" else "en"),
    )
    return _with_suspicions(view, suggested, _orders_table(facts, rules, taken, found, as_of=as_of), found)


def _with_suspicions(view: View, suggested: pl.DataFrame, orders: pl.DataFrame, found: Mapping[str, Suspects]) -> View:
    """The view with what the detectors suspect, and the orders behind rules and suspicions."""
    return replace(
        view,
        summary={
            **view.summary,
            "suggestions": suggested.height,
            "suggested_orders": sum(suspects.orders.height for suspects in found.values()),
        },
        tables={**view.tables, "suggestions": suggested, "orders": orders.head(MOST_ORDERS)},
        heights={"orders": orders.height},
        notes=(*view.notes, *([] if suggested["on"].all() else [Note("only_suggested")])),
    )


def _rules_table(
    facts: Facts, rules: Sequence[Rule], ready: Sequence[Exclusion], taken: pl.DataFrame, *, as_of: date, scope: Scope
) -> pl.DataFrame:
    """One row per rule: those that are on share `taken`, the others are counted alone."""
    together = receipts(taken, [one for one, rule in zip(ready, rules, strict=True) if rule.on])
    alone = [
        receipts(taken_orders(facts, [one], as_of=as_of, scope=scope), [one])
        for one, rule in zip(ready, rules, strict=True)
        if not rule.on
    ]
    counted = pl.concat([together, *alone])
    names = pl.DataFrame(
        {
            "rule": [one.name for one in ready],
            "on": [rule.on for rule in rules],
            "conditions": [_conditions(rule) for rule in rules],
        },
        schema={"rule": pl.String, "on": pl.Boolean, "conditions": pl.String},
    )
    return names.join(counted, on="rule", how="left", maintain_order="left")


def _conditions(rule: Rule) -> str:
    """The conditions as the settings name them; of lists only their length, which may hold phones."""
    found = rule.conditions()
    private = {"customers", "phones", "accounts"}
    parts = []
    for key, value in found.items():
        if key in private and isinstance(value, tuple):
            parts.append(f"{key} ({len(value)})")
        elif isinstance(value, tuple):
            parts.append(f"{key} = " + ", ".join(str(word) for word in value))
        elif key == "staff_list":
            parts.append(key)
        else:
            parts.append(key if value is True else f"{key} = {value}")
    return "; ".join(parts)


def _orders_table(
    facts: Facts, rules: Sequence[Rule], taken: pl.DataFrame, found: Mapping[str, Suspects], *, as_of: date
) -> pl.DataFrame:
    """The orders behind both tables, the newest first; personal fields are masked by who writes them."""
    names = [rule.name.strip() for rule in rules if rule.on]
    ruled = taken.select(
        "order_key",
        pl.lit(pl.Series(names, dtype=pl.String)).gather(pl.col("rule")).alias("rule"),
        pl.lit(None, dtype=pl.String).alias("detector"),
    )
    suspected = [
        suspects.orders.select("order_key", pl.lit(None, dtype=pl.String).alias("rule"), pl.lit(name).alias("detector"))
        for name, suspects in found.items()
    ]
    which = pl.concat([ruled, *suspected])
    asked = ["order_key", "source", "order_id", "name", "phone"]
    keys = which.select("order_key").unique().lazy()
    shown = facts.table("details", columns=asked).join(keys, on="order_key", how="semi")
    details = shown.rename({"source": "profile"}).collect(engine="streaming")
    money = taken.select("order_key", "net_sales")
    bought = bought_orders(facts, as_of=as_of).join(keys, on="order_key", how="semi").collect(engine="streaming")
    money = pl.concat([money, bought.select("order_key", "net_sales")]).unique("order_key", maintain_order=True)
    days = facts.purchases.join(keys, on="order_key", how="semi").select("order_key", "ordered_on", "gross")
    return (
        which.join(details, on="order_key", how="left")
        .join(money, on="order_key", how="left")
        .join(days.collect(engine="streaming"), on="order_key", how="left")
        .sort(["ordered_on", "gross", "order_id"], descending=[True, True, False], nulls_last=True)
        .select(ORDERS)
    )
