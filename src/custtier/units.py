"""What the columns of a view hold, so that whoever writes them out knows money from counts and personal from plain."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Unit(StrEnum):
    """What a column of a view's table holds, for those who write it out."""

    CODE = "code"
    TEXT = "text"
    PERSONAL = "personal"
    DATE = "date"
    INSTANT = "instant"
    DAYS = "days"
    COUNT = "count"
    MONEY = "money"
    SHARE = "share"
    RATIO = "ratio"
    SCORE = "score"
    FLAG = "flag"


VIEW_UNITS: Final[Mapping[str, Unit]] = {
    # the customer table
    "customer_id": Unit.TEXT,
    "name": Unit.PERSONAL,
    "phone": Unit.PERSONAL,
    "platforms": Unit.TEXT,
    "first_order_on": Unit.DATE,
    "last_order_on": Unit.DATE,
    "recency_days": Unit.DAYS,
    "order_count": Unit.COUNT,
    "purchase_days": Unit.COUNT,
    "net_sales": Unit.MONEY,
    "average_order": Unit.MONEY,
    "r_score": Unit.SCORE,
    "f_score": Unit.SCORE,
    "m_score": Unit.SCORE,
    "rfm": Unit.TEXT,
    "segment": Unit.CODE,
    "tier": Unit.CODE,
    "sales_share": Unit.SHARE,
    "cumulative_sales_share": Unit.SHARE,
    "in_top": Unit.FLAG,
    "usual_gap_days": Unit.DAYS,
    "overdue_ratio": Unit.RATIO,
    "churn_level": Unit.CODE,
    "reason": Unit.CODE,
    "value_at_stake": Unit.MONEY,
    # summaries and small tables
    "customers": Unit.COUNT,
    "customer_share": Unit.SHARE,
    "cumulative_customer_share": Unit.SHARE,
    "orders": Unit.COUNT,
    "share": Unit.SHARE,
    "unattributed_orders": Unit.COUNT,
    "unattributed_sales": Unit.MONEY,
    "top_customers": Unit.COUNT,
    "top_sales": Unit.MONEY,
    "top_sales_share": Unit.SHARE,
    "cutoff_sales": Unit.MONEY,
    "lowest_sales": Unit.MONEY,
    "sales80_customers": Unit.COUNT,
    "sales80_share": Unit.SHARE,
    "gini": Unit.RATIO,
    "lapsed": Unit.COUNT,
    "lapsed_share": Unit.SHARE,
    "at_risk": Unit.COUNT,
    "days": Unit.DAYS,
    "method": Unit.CODE,
    "yearly_churn_rate": Unit.SHARE,
    "cuts.r": Unit.DAYS,
    "cuts.f": Unit.COUNT,
    "cuts.m": Unit.MONEY,
    # imports
    "import_id": Unit.COUNT,
    "imported_at": Unit.INSTANT,
    "file": Unit.TEXT,
    "files": Unit.COUNT,
    "path": Unit.TEXT,
    "profile": Unit.TEXT,
    "encoding": Unit.TEXT,
    "header_row": Unit.COUNT,
    "rows_read": Unit.COUNT,
    "new": Unit.COUNT,
    "updated": Unit.COUNT,
    "unchanged": Unit.COUNT,
    "excluded": Unit.COUNT,
    "rejected": Unit.COUNT,
    "undone": Unit.FLAG,
    "sheet": Unit.TEXT,
    "row": Unit.COUNT,
    "rows": Unit.COUNT,
    "column": Unit.TEXT,
    "cells": Unit.PERSONAL,
    # exclusions and detectors
    "rule": Unit.TEXT,
    "on": Unit.FLAG,
    "accounts": Unit.COUNT,
    "conditions": Unit.TEXT,
    "rules": Unit.COUNT,
    "rules_on": Unit.COUNT,
    "orders_taken_out": Unit.COUNT,
    "sales_taken_out": Unit.MONEY,
    "suggestions": Unit.COUNT,
    "suggested_orders": Unit.COUNT,
    "detector": Unit.CODE,
    "since": Unit.DATE,
    "until": Unit.DATE,
    "ordered_on": Unit.DATE,
    "order_id": Unit.TEXT,
    "gross": Unit.MONEY,
    # formats
    "source": Unit.TEXT,
    "title": Unit.TEXT,
    "kind": Unit.CODE,
    "evidence": Unit.CODE,
    "origin": Unit.CODE,
    "field": Unit.CODE,
    "headers": Unit.TEXT,
    "state": Unit.CODE,
    "words": Unit.TEXT,
    "take": Unit.CODE,
    "when": Unit.TEXT,
    "grain": Unit.CODE,
    "paid": Unit.CODE,
    "money_basis": Unit.CODE,
    "recognised_by": Unit.TEXT,
    "required": Unit.TEXT,
    "zone": Unit.TEXT,
    "currency": Unit.TEXT,
    "certainty": Unit.CODE,
    "why": Unit.TEXT,
    "word": Unit.TEXT,
    "kept": Unit.COUNT,
    "reasons": Unit.TEXT,
    "problem": Unit.TEXT,
    "formats": Unit.COUNT,
    "columns": Unit.COUNT,
    "placed": Unit.COUNT,
    "good": Unit.COUNT,
    "refunds": Unit.COUNT,
    "written": Unit.TEXT,
}
"""The unit of every column and summary value that a view may carry."""
