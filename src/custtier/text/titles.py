"""Titles of columns, summary figures, tables, commands and options, as people read them."""

import re
from collections.abc import Mapping
from typing import Final

from custtier.text import Catalogue
from custtier.text.names import names_of

CONTEXT: Final = "title"
CLASS_COLUMN: Final = "segment."
"""What the names of columns begin with that count the customers of a class; the class's code follows."""
_SIDE: Final = re.compile(r"_[12]$")

TITLES: Final[Mapping[str, str]] = {
    # the customer table
    "customer_id": "Customer",
    "name": "Name",
    "phone": "Phone",
    "platforms": "Platforms",
    "first_order_on": "First order",
    "last_order_on": "Last order",
    "recency_days": "Days since",
    "order_count": "Orders",
    "purchase_days": "Days bought",
    "net_sales": "Net sales",
    "average_order": "Per order",
    "r_score": "R",
    "f_score": "F",
    "m_score": "M",
    "rfm": "RFM",
    "segment": "Class",
    "tier": "Tier",
    "sales_share": "Share of sales",
    "cumulative_sales_share": "Cumulated share",
    "in_top": "In top",
    "usual_gap_days": "Usual gap (days)",
    "overdue_ratio": "Times overdue",
    "churn_level": "Level",
    "reason": "Reason",
    "value_at_stake": "At stake",
    # summaries and small tables
    "customers": "Customers",
    "customer_share": "Share of customers",
    "cumulative_customer_share": "Cumulated share of customers",
    "orders": "Orders",
    "share": "Share",
    "unattributed_orders": "Unattributed orders",
    "unattributed_sales": "Unattributed sales",
    "refunded_customers": "Customers refunded more",
    "refunded_sales": "Net sales of those refunded more",
    "top_customers": "Customers in top",
    "top_sales": "Sales of the top",
    "top_sales_share": "Their share of sales",
    "cutoff_sales": "Least sales in top",
    "lowest_sales": "Least sales",
    "sales80_customers": "Customers making 80% of sales",
    "sales80_share": "Their share of customers",
    "gini": "Gini",
    "effective_customers": "Effective number of customers",
    "top10_sales": "Sales of the 10 best",
    "top10_sales_share": "Losing them costs",
    "next_tier": "Next tier",
    "needed_sales": "Lacks",
    "needed_orders": "In usual orders",
    "near_customers": "Customers near the next tier",
    "lapsed": "Lapsed",
    "lapsed_share": "Share lapsed",
    "at_risk": "At risk",
    "days": "Days",
    "method": "Method",
    "yearly_churn_rate": "Lost within a year",
    **{f"f{score}_customers": f"F {score}" for score in range(1, 6)},
    **{f"f{score}_sales": f"F {score} net sales" for score in range(1, 6)},
    **{f"m{score}_customers": f"M {score}" for score in range(1, 6)},
    **{f"m{score}_sales": f"M {score} net sales" for score in range(1, 6)},
    "category": "Category",
    "cuts": "Cuts",
    "high.r": "R high: days since at most",
    "high.f": "F high: orders at least",
    "high.m": "M high: net sales at least",
    "cuts.r": "R by days since",
    "cuts.f": "F by orders",
    "cuts.m": "M by net sales",
    # who is who
    "proposal": "Proposal",
    "proposals": "Proposals",
    "decision": "Decision",
    "strength": "Strength",
    "evidence_score": "Weight of evidence",
    "hints": "Evidence",
    "account": "Account",
    "link_id": "Decision id",
    "person": "Label",
    "made_by": "Stated in",
    "is_known": "Known",
    "links": "Decisions",
    "strong": "Strong",
    "medium": "Medium",
    "weak": "Weak",
    "same": "Same person",
    "apart": "Two people",
    "customers_before": "Customers before",
    "net_sales_before": "Net sales before",
    # imports
    "import_id": "Import",
    "imported_at": "Imported at",
    "file": "File",
    "files": "Files",
    "imports": "Imports",
    "path": "File",
    "profile": "Format",
    "encoding": "Encoding",
    "header_row": "Header row",
    "rows_read": "Rows read",
    "new": "New",
    "updated": "Updated",
    "unchanged": "Unchanged",
    "excluded": "Left out",
    "rejected": "Rejected",
    "contacts": "Contacts",
    "messages": "Messages",
    "spend_rows": "Rows of ad spend",
    "key_dates": "Key dates",
    "product_costs": "Product costs",
    "linked_accounts": "Linked accounts",
    "tags_given": "Tags",
    "kept_answers": "Kept answers",
    "undone": "Undone",
    "sheet": "Sheet",
    "row": "Row",
    "rows": "Rows",
    "column": "Column",
    "cells": "Cells",
    # exclusions and detectors
    "rule": "Exclusion",
    "on": "On",
    "accounts": "Accounts",
    "conditions": "Conditions",
    "rules": "Exclusions",
    "rules_on": "Switched on",
    "orders_taken_out": "Orders taken out",
    "sales_taken_out": "Net sales taken out",
    "suggestions": "Suspicious clusters",
    "suggested_orders": "Orders in them",
    "detector": "Detector",
    "since": "Since",
    "until": "Until",
    "ordered_on": "Ordered on",
    "order_id": "Order",
    "gross": "Paid",
    # the health of the data
    "check": "Check",
    "status": "Verdict",
    "count": "Number",
    "detail": "Finding",
    "hint": "What to do",
    "checks": "Checks",
    "bad": "Bad",
    "look": "Worth a look",
    "ok": "Well",
    # the invented shop
    "seed": "Seed",
    "bytes": "Bytes",
    "value": "Value",
    "figure": "Figure",
    # formats
    "source": "Format",
    "title": "Title",
    "kind": "Holds",
    "evidence": "How sure",
    "origin": "From",
    "field": "Field",
    "headers": "Headers",
    "state": "Means",
    "words": "Words",
    "take": "Becomes",
    "platform": "Platform",
    "when": "When",
    "grain": "A row is",
    "paid": "Paid amount",
    "money_basis": "Amount is",
    "recognised_by": "Recognised by",
    "required": "Needs",
    "zone": "Time zone",
    "currency": "Currency",
    "certainty": "Certainty",
    "why": "Why",
    "word": "Word",
    "kept": "Taken",
    "reasons": "Why rejected",
    "problem": "Problem",
    "formats": "Formats",
    "columns": "Columns",
    "placed": "Columns read",
    "good": "Good files",
    "refunds": "Refunds",
    "written": "Written to",
    "table": "Table",
    "files_searched": "Files searched",
    "files_with_traces": "Files with traces",
    # one customer
    "sales_rank": "Place by net sales",
    "agent": "Agent",
    "channel": "Channel",
    "campaign": "Campaign",
    "tags": "Tags",
    "found_by": "Found by",
    "shop": "Shop",
    "order_state": "State",
    "refunded": "Refunded",
    "products": "Products",
    "account_kind": "Kind of account",
    "at": "At",
    "event": "Event",
    "date_kind": "Key date",
    "label": "Label",
    "calendar": "Calendar",
    "day": "Day",
    # what words mean
    "code": "Code",
    "subject": "Subject",
    "terms": "Terms",
    "meaning": "Meaning",
    "formula": "Formula",
    "unit": "Unit",
    "counted_by": "Rule",
    "literature": "Source",
    "see_also": "See also",
    "definitions": "Terms",
}

TABLES: Final[Mapping[str, str]] = {
    "customers": "Customers",
    "segments": "Classes",
    "by": "Where they bought",
    "matrix_rf": "Customers by R and F",
    "matrix_rm": "Customers by R and M",
    "tiers": "Tiers",
    "lorenz": "Lorenz curve",
    "near": "Near the next tier",
    "links": "Decisions",
    "proposals": "Proposals",
    "files": "Files",
    "imports": "Imports",
    "rejects": "Rejected rows",
    "summary": "Summary",
    "exclusions": "Exclusions",
    "suggestions": "Suspicious clusters",
    "orders": "Orders",
    "checks": "Checks",
    "formats": "Formats",
    "columns": "Columns",
    "words": "Words",
    "rules": "Rows",
    "erased": "Taken out",
    "customer": "Customer",
    "matches": "Customers meant",
    "accounts": "Accounts",
    "history": "Added and deleted",
    "dates": "Key dates",
    "subjects": "Subjects",
    "definitions": "Definitions",
}

COMMANDS: Final[Mapping[str, str]] = {
    "rfm": "Customers by recency, frequency and money",
    "tiers": "Customers by net sales",
    "churn": "Customers slipping away",
    "import": "Import",
    "imports": "Imports",
    "demo": "An invented shop",
    "exclusions": "Orders that are no purchases",
    "doctor": "Health of the data",
    "define": "What words mean",
    "show": "One customer",
    "forget": "A customer forgotten",
    "identities": "Who is one person",
    "identities propose": "Who may be one person",
    "identities apply": "Decisions taken in",
    "identities undo": "Decisions taken back",
    "sources": "Formats",
    "sources show": "A format",
    "sources new": "Draft of a format",
    "sources check": "Check of files",
}

ASKED: Final[Mapping[str, str]] = {
    "all": "all",
    "agent": "agent",
    "channel": "channel",
    "currency": "currency",
    "customers": "customers",
    "days": "days",
    "import_id": "import",
    "include": "include",
    "method": "method",
    "no_exclusions": "without exclusions",
    "profile": "profile",
    "rejected": "rejected",
    "rule": "exclusion",
    "sales": "sales",
    "scheme": "scheme",
    "seed": "seed",
    "shop": "shop",
    "since": "since",
    "skip_bad_files": "skip bad files",
    "source": "source",
    "strength": "strength",
    "strict": "strict",
    "top": "top",
    "until": "until",
    "window": "window in days",
    "near": "near the next tier",
    "within": "within",
    "matrix": "matrix",
    "by": "by",
    "cuts": "cuts",
    "freeze": "cuts kept",
    "keep_totals": "totals kept",
    "kind": "holding",
    "platform": "platform",
    "name": "name",
    "column": "column",
    "term": "term",
}
"""What was asked, option by option, as the line under the heading calls it."""


def one_side(column: str) -> str:
    """What a column that stands once for each of two that are compared is called where there is one only.

    Examples:
        >>> one_side("name_2"), one_side("name")
        ('name', 'name')
    """
    return _SIDE.sub("", column)


def title_of(column: str, catalogue: Catalogue) -> str:
    """The title of a column or of a summary figure; its own name when it has none."""
    if column.startswith(CLASS_COLUMN):
        code = column.removeprefix(CLASS_COLUMN)
        return names_of("segment", catalogue).get(code, code)
    alone = one_side(column)
    if column in TITLES or alone not in TITLES:
        return catalogue.word(CONTEXT, TITLES[column]) if column in TITLES else column
    return f"{catalogue.word(CONTEXT, TITLES[alone])} {column[-1]}"


def table_title(table: str, catalogue: Catalogue) -> str:
    """The title of a table; its own name when it has none."""
    return catalogue.word("table", TABLES[table]) if table in TABLES else table


def command_title(command: str, catalogue: Catalogue) -> str:
    """What a command's answer is headed with."""
    return catalogue.word("answer", COMMANDS[command]) if command in COMMANDS else command


def asked_title(option: str, catalogue: Catalogue) -> str:
    """What an option is called where it is said what was asked."""
    return catalogue.word("asked", ASKED[option]) if option in ASKED else option.replace("_", "-")
