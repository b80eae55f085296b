"""Titles as people read them: of columns and figures in either language, of tables, commands and options."""

import re
from collections.abc import Mapping
from typing import Final

from custtier.text import Catalogue
from custtier.text.column_titles import TITLES
from custtier.text.names import names_of

CONTEXT: Final = "title"
CLASS_COLUMN: Final = "segment."
"""What the names of columns begin with that count the customers of a class; the class's code follows."""
_SIDE: Final = re.compile(r"_[12]$")

TABLES: Final[Mapping[str, str]] = {
    "letter_pairs": "From and to, with shares",
    "alike": "How many such contacts bought before",
    "word_orders": "Orders of the list, tried on the past",
    "goals": "New contacts and goals",
    "rates": "Replies, orders and returns",
    "months": "Month by month",
    "channels": "Channels",
    "campaigns": "Campaigns",
    "agents": "Agents",
    "days": "Days of adding",
    "weeks": "Weeks of adding",
    "letter_shares": "Shares of the letters",
    "time_to_a": "Who has bought by when",
    "funnel": "From added to bought",
    "compared_shares": "The two compared",
    "compared_sales": "Their sales per contact compared",
    "by_number": "After which purchase day",
    "by_month": "In which month since the first",
    "by_product": "After which product",
    "by_category": "After which category",
    "by_channel": "By channel",
    "by_agent": "By agent",
    "by_first_basket": "By value of the first purchase",
    "by_refund": "With a refund and without",
    "forecasters": "Rules and models",
    "signals": "What first days say",
    "cohort_months": "Months of first purchases",
    "list_results": "What lists would have held",
    "parameters": "Parameters of the model",
    "calibration": "Chances said and what came",
    "order_errors": "Purchase days expected and made",
    "tenths": "Expected and made in tenths",
    "gains": "Buyers found from the top of the list",
    "origins": "Days of the past",
    "customers": "Customers",
    "segments": "Classes",
    "by": "Where they bought",
    "matrix_rf": "Customers by R and F",
    "examples": "The most typical customers",
    "trials": "Numbers of groups tried",
    "matrix_rm": "Customers by R and M",
    "tiers": "Tiers",
    "lorenz": "Lorenz curve",
    "matrix": "From (rows) and to (columns)",
    "pairs": "From and to, with net sales",
    "causes": "Why they moved",
    "grades": "Letters",
    "contacts": "Contacts",
    "lost_customers": "Buyers who deleted us",
    "classes": "What staff had noted",
    "class_changes": "Notes that were changed",
    "near": "Near the next tier",
    "slipping": "About to fall",
    "risen": "Risen",
    "fallen": "Fallen",
    "prospects": "Contacts who never bought",
    "next": "Next best",
    "parts": "What the points are made of",
    "swaps": "Who came and went",
    "referrers": "Who brought others",
    "referred": "Who was brought by whom",
    "generations": "Generation by generation",
    "compared": "Those who were brought, and the others",
    "refused": "Left out",
    "unmatched": "Names that mean nobody, or several",
    "tree": "Tree",
    "above": "Above",
    "reach": "How many could be reached",
    "lists": "Lists kept",
    "changes": "Who came and went",
    "links": "Decisions",
    "proposals": "Proposals",
    "files": "Files",
    "imports": "Imports",
    "rejects": "Rejected rows",
    "summary": "Summary",
    "exclusions": "Exclusions",
    "suggestions": "Suspicious clusters",
    "forecasts": "How windows did before",
    "products": "How soon products are bought again",
    "orders": "Orders",
    "checks": "Checks",
    "formats": "Formats",
    "columns": "Columns",
    "words": "Words",
    "rules": "Rows",
    "erased": "Taken out",
    "conditions": "What each part of the rules takes away",
    "tags": "Tags",
    "fields": "What a rule may ask for",
    "customer": "Customer",
    "matches": "Customers meant",
    "scores": "Scores",
    "outlook": "What would change",
    "accounts": "Accounts",
    "history": "Added and deleted",
    "dates": "Key dates",
    "subjects": "Subjects",
    "definitions": "Definitions",
}

COMMANDS: Final[Mapping[str, str]] = {
    "backtest churn": "Who buys again, judged on the past",
    "backtest next": "When customers buy next, judged on the past",
    "backtest value": "What customers bring, judged on the past",
    "rfm": "Customers by recency, frequency and money",
    "segments": "Customers who behave alike",
    "tiers": "Customers by net sales",
    "churn": "Customers slipping away",
    "churn_moments": "When customers stay away",
    "next": "Whose next purchase is due",
    "value": "What customers will bring",
    "prospects": "New customers who start like the best",
    "grade": "Contacts by what became of them",
    "growth": "How the shop grows",
    "grade_moves": "Contacts whose letter changed",
    "grade_promising": "Contacts worth a word",
    "moves": "Who moved",
    "key": "Customers worth one-to-one care",
    "referrals": "Who brings customers",
    "referrals_tree": "Whom a customer brought, and these in turn",
    "referrals_reach": "How many people could be reached",
    "import": "Import",
    "imports": "Imports",
    "demo": "An invented shop",
    "exclusions": "Orders that are no purchases",
    "doctor": "Health of the data",
    "define": "What words mean",
    "show": "One customer",
    "explain": "Why, and what would change it",
    "tag": "Tags and who has them",
    "tag test": "Tag rules tried",
    "tag list": "Tags of customers",
    "tag fields": "What tag rules may ask for",
    "tag add": "Tag given",
    "tag remove": "Tag taken away",
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
    "list": "customers on a list",
    "new": "new within days",
    "discount": "discount a year",
    "margin": "with margins",
    "model": "model",
    "refit": "fitted anew",
    "tag": "tag",
    "condition": "tag rule",
    "all": "all",
    "moves": "between",
    "promising": "worth a word",
    "capacity": "people for each agent",
    "agent": "agent",
    "channel": "channel",
    "currency": "currency",
    "customers": "customers",
    "days": "days",
    "import_id": "import",
    "include": "include",
    "complete_list": "complete lists of",
    "horizon": "days ahead",
    "forecast": "reckoned by",
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
    "grade": "letters",
    "compare": "compared",
    "added_since": "added since",
    "added_until": "added until",
    "new_only": "without customers before",
    "attribution": "adding that counts",
    "near": "near the next tier",
    "within": "within",
    "slipping": "about to fall",
    "ahead": "days ahead",
    "risen": "risen",
    "compared_with": "compared with",
    "prospects": "contacts who never bought",
    "matrix": "matrix",
    "from": "from",
    "from_known_on": "from as known on",
    "to": "to",
    "by": "by",
    "cuts": "cuts",
    "count": "groups",
    "freeze": "cuts kept",
    "tier_cuts": "cuts of tiers",
    "keep_totals": "totals kept",
    "pick": "pick",
    "of": "of customer",
    "depth": "levels",
    "known": "people known",
    "mobilised": "who speak for the shop",
    "each": "brought by each",
    "weights": "weights",
    "history": "lists kept",
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
        return {**names_of("moved_to", catalogue), **names_of("segment", catalogue)}.get(code, code)
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
