"""Costs: what a product costs the shop, or which share of its price is margin, from which day on."""

from typing import Final

import polars as pl

from custtier.sources.lists.checks import Fault, with_faults
from custtier.sources.lists.keys import text_key
from custtier.sources.lists.lists import ListRows
from custtier.sources.lists.values import Layout, currencies, no_texts, read_days, read_money, read_shares

_PRODUCT: Final = ("product_id", "product", "category")


def cost_rows(table: pl.DataFrame, layout: Layout) -> ListRows:
    """The costs of a file: of a product and specification, or of a whole category."""
    missing = [no_texts(table.height).alias(name) for name in (*_PRODUCT, "specification") if name not in table.columns]
    rows = table.with_columns(missing).with_columns(currencies(table, layout))
    nothing = pl.lit(value=True)
    faults = [Fault("missing_product", "product", pl.all_horizontal(pl.col(name).is_null() for name in _PRODUCT))]
    if "unit_cost" in rows.columns:
        cost = read_money(rows["unit_cost"], rows["currency"])
        rows = rows.with_columns(cost.values.alias("unit_cost"))
        faults.append(Fault("bad_amount", "unit_cost", cost.bad))
        nothing = nothing & pl.col("unit_cost").is_null()
    if "margin_share" in rows.columns:
        share = read_shares(rows["margin_share"])
        rows = rows.with_columns(share.values.alias("margin_share"))
        faults.append(Fault("bad_amount", "margin_share", share.bad))
        nothing = nothing & pl.col("margin_share").is_null()
    first = "unit_cost" if "unit_cost" in rows.columns else "margin_share"
    faults.append(Fault("bad_amount", first, nothing))
    if "valid_from" in rows.columns:
        days = read_days(rows["valid_from"], layout)
        rows = rows.with_columns(days.values.alias("valid_from"))
        faults.append(Fault("bad_date", "valid_from", days.bad))
    else:
        rows = rows.with_columns(pl.lit(None, dtype=pl.Date).alias("valid_from"))
    rows = with_faults(rows, faults, layout)
    product = pl.when(pl.col("product_id").is_not_null()).then(pl.lit(None)).otherwise("product")
    category = pl.when(pl.coalesce("product_id", "product").is_null()).then("category")
    key = text_key(rows, [pl.col("product_id"), product, pl.col("specification"), category, pl.col("valid_from")])
    return ListRows(rows.with_columns(key.alias("cost_key")))
