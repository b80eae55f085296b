"""Answers made by hand: every unit, mixed Chinese and English, what must not get through."""

from datetime import UTC, date, datetime

import polars as pl

from custtier.facts import Note
from custtier.views.view import View

NAMES = ["张三", "John Smith", "欧阳小明", "=HYPERLINK(1)", None, "王\x1b[31m小明", "娜"]
PHONES = ["13812345678", "138****1234", "+14155550123", None, "1234567", "", "12"]


def tiers_answer(rows: int = 7) -> View:
    """An answer of `tiers` with as many customers as asked, the seven of `NAMES` again and again."""
    numbers = range(rows)
    customers = pl.DataFrame(
        {
            "customer_id": [f"c_{number:012d}" for number in numbers],
            "name": [NAMES[number % len(NAMES)] for number in numbers],
            "phone": [PHONES[number % len(PHONES)] for number in numbers],
            "order_count": [rows - number for number in numbers],
            "last_order_on": [date(2026, 6, 1 + number % 28) for number in numbers],
            "net_sales": [129_990 - number for number in numbers],
            "sales_share": [1 / rows for _ in numbers],
            "cumulative_sales_share": [(number + 1) / rows for number in numbers],
            "tier": ["core" if number == 0 else "regular" for number in numbers],
            "in_top": [number < 2 for number in numbers],
            "platforms": ["jd,taobao" for _ in numbers],
        },
        schema_overrides={"name": pl.String, "phone": pl.String},
    )
    return View(
        command="tiers",
        parameters={"top": "20%", "sales": None, "as_of": "2026-06-30", "shop": ["一号店"]},
        summary={
            "customers": rows,
            "net_sales": 909_909,
            "top_sales_share": 2 / 7,
            "cutoff_sales": None,
            "gini": 0.0125,
            "cuts": {"r": [90, 60, 30, 7], "m": [1000, 2000, 3000, 4000]},
        },
        tables={
            "customers": customers,
            "tiers": pl.DataFrame({"tier": ["core", "regular"], "customers": [1, 6], "net_sales": [129_990, 779_919]}),
            "lorenz": pl.DataFrame({"cumulative_customer_share": [n / 100 for n in range(101)]}),
        },
        notes=(Note("undated_refunds", {"count": 3}), Note("no-such-note", {"count": 1})),
        as_of=date(2026, 6, 30),
        data_through=date(2026, 7, 2),
        currency="CNY",
        excluded=(("duplicate_row", 2), ("a_reason_of_tomorrow", 1)),
    )


def rejects_answer() -> View:
    """An answer of `imports show --rejected`."""
    return View(
        command="imports",
        parameters={},
        summary={"import_id": 3, "imported_at": datetime(2026, 6, 30, 18, 5, tzinfo=UTC), "rejected": 1},
        tables={
            "rejects": pl.DataFrame(
                {
                    "file": ["订单.csv"],
                    "row": [7],
                    "column": ["金额"],
                    "reason": ["bad_amount"],
                    "cells": ['{"买家会员名": "张三丰\\"x", "金额": "一百", "数量": "1", "a\\": \\"b": "13812345678"}'],
                }
            ),
            "imports": pl.DataFrame({"imported_at": [datetime(2026, 6, 30, 18, 5, tzinfo=UTC)]}).cast(
                pl.Datetime("us", "UTC")
            ),
        },
    )
