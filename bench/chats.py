"""Benchmarks of chats: twenty million rows read, and a million contacts graded by them."""

from pathlib import Path

from benchmark import CUSTTIER, PURCHASE_COLUMNS, Benchmark, collecting, python, table_files
from measure import MEGABYTE

CHAT_COLUMNS = {
    "current_messages": ("account_key", "agent", "sent_at", "direction", "kind"),
    "current_contacts": (
        "contact_key",
        "account_key",
        "agent",
        "channel",
        "campaign",
        "referrer",
        "lead_class",
        "first_added_at",
    ),
    "contact_events": ("contact_key", "event", "at"),
    "purchases": PURCHASE_COLUMNS,
}
"""What grading asks for, table by table."""
MOST_CHAT_MEMORY = 3_000 * MEGABYTE


def chats(folder: Path, scratch: Path) -> list[Benchmark]:
    """Twenty million chat rows: read into an empty store, and a million contacts graded by them."""
    store, file = folder / "chat_store", folder / "chats.csv"
    read = {name: table_files(store, name) for name in CHAT_COLUMNS}
    return [
        Benchmark(
            "import-chats",
            "import of 20,000,000 chat rows of a million contacts, against Polars reading the same rows as text",
            python("import sys, polars; polars.read_csv(sys.argv[1], infer_schema=False)", file),
            (CUSTTIER, "import", str(file), "--store", str(scratch / "store")),
            most=None,
            rounds=1,
            most_memory=MOST_CHAT_MEMORY,
        ),
        Benchmark(
            "grade",
            "`grade` of 1,000,000 contacts by 20,000,000 chat rows and 380,000 orders, against Polars collecting the "
            "columns of them that it needs",
            collecting(read, CHAT_COLUMNS),
            (CUSTTIER, "grade", "--store", str(store)),
            most=2,
            rounds=5,
            most_memory=MOST_CHAT_MEMORY,
        ),
    ]
