"""Measures custtier against the least that the same work can cost, in the same run, and prints the ratios.

    python bench/run.py [--data FOLDER] [--rounds N] [NAME …]

Each benchmark runs whole processes: a floor (what a bare reader of the same bytes needs) and custtier, in turn. Medians
are compared. `bench/make_data.py` writes the data; it is called when some is missing.
"""

import argparse
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from benchmark import CUSTTIER, PURCHASE_COLUMNS, Benchmark, collecting, python, table_files
from chats import chats
from make_data import make
from measure import MEGABYTE, Runs, in_turn

COLLECT = (
    "import sys, polars; "
    f"polars.scan_parquet(sys.argv[1:]).select({list(PURCHASE_COLUMNS)}).collect(engine='streaming')"
)
PERSON_COLUMNS = {
    "buyers": ("account_key", "account_kind", "account", "usual_phone", "name", "customer_id"),
    "current_orders": (
        "order_key",
        "account_key",
        "ordered_on",
        "ordered_at",
        "state",
        "platform",
        "is_absorbed",
    ),
}
"""What finding somebody, and their orders of any state, asks for beside the purchases."""
LISTS = {
    "rfm-matrix": ("rfm", "--matrix"),
    "rfm-grid10": ("rfm", "--scheme", "grid10"),
    "tiers-near": ("tiers", "--near"),
    "tiers-slipping": ("tiers", "--slipping"),
    "tiers-window": ("tiers", "--window", "365d"),
    "churn-own": ("churn", "--method", "own"),
    "churn-shop": ("churn", "--method", "shop"),
    "moves": ("moves", "30d"),
    "moves-segment": ("moves", "30d", "--by", "segment"),
    "moves-window": ("moves", "30d", "--window", "365d"),
}
"""Lists that are asked for by options: name → words."""
WITHOUT_LIMIT = {
    "key": ("key", "--pick", "30"),
    "segments": ("segments",),
    "tag": ("tag", "test", "--rule", "order_count >= 3 and recency_days <= 90"),
    "value": ("value",),
    "next": ("next",),
}
"""Answers that nobody has set a limit for yet: name → words."""
MOST_MEMORY = 2_000 * MEGABYTE


def imports(folder: Path, scratch: Path) -> list[Benchmark]:
    """Files into an empty store, against reading their cells as text."""
    into = ("--store", str(scratch / "store"))
    read_workbook = (
        "import sys, fastexcel; fastexcel.read_excel(sys.argv[1]).load_sheet(0, dtypes='string').to_polars()"
    )
    read_text = "import sys, polars; polars.read_csv(sys.argv[1], infer_schema=False)"
    workbook, guarded = folder / "orders_100k.xlsx", folder / "orders_1m_gb18030.csv"
    return [
        Benchmark(
            "import-xlsx",
            "import of a workbook, 100,000 × 25, against fastexcel reading it as text",
            python(read_workbook, workbook),
            (CUSTTIER, "import", str(workbook), *into),
            most=3,
            rounds=3,
        ),
        Benchmark(
            "import-csv",
            "import of a GB18030 CSV, 1,000,000 × 25, against Polars reading the same rows in UTF-8 as text",
            python(read_text, folder / "orders_1m_utf8.csv"),
            (CUSTTIER, "import", str(guarded), *into),
            most=6,
            rounds=3,
        ),
    ]


def answers(folder: Path) -> list[Benchmark]:
    """Each analysis over the store of ten million orders, against collecting the columns that it needs."""
    store = folder / "store"
    files, rows = purchase_files(store)
    floor = python(COLLECT, *files)
    return [
        Benchmark(
            name,
            f"`{name}` over {rows:,} paid orders, against Polars collecting {len(PURCHASE_COLUMNS)} columns of them",
            floor,
            (CUSTTIER, name, *options, "--store", str(store)),
            most=2,
            rounds=5,
            most_memory=MOST_MEMORY,
        )
        for name, options in (("rfm", ()), ("tiers", ("--top", "20%")), ("churn", ("--days", "90")))
    ]


def lists(folder: Path) -> list[Benchmark]:
    """Lists out of a million customers, against collecting the same columns."""
    store = folder / "store"
    files, rows = purchase_files(store)
    floor = python(COLLECT, *files)
    return [
        Benchmark(
            name,
            f"`{' '.join(words)}` over {rows:,} paid orders of a million customers, against Polars collecting "
            f"{len(PURCHASE_COLUMNS)} columns of them",
            floor,
            (CUSTTIER, *words, "--store", str(store)),
            most=3,
            rounds=5,
            most_memory=MOST_MEMORY,
        )
        for name, words in LISTS.items()
    ]


def cards(folder: Path) -> list[Benchmark]:
    """One customer among a million, against collecting what finding and placing them asks for."""
    store = folder / "store"
    purchases, _ = purchase_files(store)
    read = {"purchases": purchases} | {name: table_files(store, name) for name in ("buyers", "current_orders")}
    floor = collecting(read, {"purchases": PURCHASE_COLUMNS, **PERSON_COLUMNS})
    return [
        Benchmark(
            name,
            f"`{name}` of one customer among a million, against Polars collecting the columns of orders and accounts "
            "that it looks at",
            floor,
            (CUSTTIER, name, some_customer(store), "--store", str(store)),
            most=most,
            rounds=5,
            most_memory=MOST_MEMORY,
        )
        for name, most in (("show", 2), ("explain", 3))
    ]


def unlimited(folder: Path) -> list[Benchmark]:
    """Answers over the store of ten million orders that are measured without a limit."""
    store = folder / "store"
    files, rows = purchase_files(store)
    return [
        Benchmark(
            name,
            f"`{words[0]}` over {rows:,} paid orders of a million customers, against Polars collecting "
            f"{len(PURCHASE_COLUMNS)} columns of them",
            python(COLLECT, *files),
            (CUSTTIER, *words, "--store", str(store)),
            most=None,
            rounds=3,
        )
        for name, words in WITHOUT_LIMIT.items()
    ]


def some_customer(store: Path) -> str:
    """The id of a customer in the middle."""
    import polars as pl

    ids = pl.scan_parquet(table_files(store, "customers")).select("customer_id").collect().to_series().sort()
    return str(ids[ids.len() // 2])


def purchase_files(store: Path) -> tuple[list[Path], int]:
    """The Parquet files of the purchases that the store's readers open now, and their rows."""
    from custtier.settings import Settings
    from custtier.store import Store

    rows = Store(store, settings=Settings()).facts().extent.purchases
    found = table_files(store, "purchases")
    import polars as pl

    kept = pl.scan_parquet(found).select(pl.len()).collect().item()
    if kept != rows:
        sys.exit(f"the purchases of {store} hold {kept} rows, its last import says {rows}: make the data anew")
    return found, rows


def identities(folder: Path) -> list[Benchmark]:
    """Who is who, against grouping the same rows by their phones."""
    accounts, contacts = folder / "accounts.parquet", folder / "account_contacts.parquet"
    group = "import sys, polars; polars.read_parquet(sys.argv[1]).group_by('phone').len()"
    resolve = (
        "import sys, polars as pl; from custtier.people import buyers_of, contacted_of, payers_of, people_of; "
        "orders, contacts = pl.scan_parquet(sys.argv[1]), pl.read_parquet(sys.argv[2]); "
        "contacted = contacted_of(contacts, id_key=bytes(32)); "
        "buyers, payers = buyers_of(orders, id_key=bytes(32)), payers_of(orders); "
        "people_of(buyers, payers, contacted=contacted, shared_phone_accounts=3)"
    )
    return [
        Benchmark(
            "identities",
            "who is who: two shops of 1,000,000 accounts each, 30% with the same phones, and 400,000 contacts, against "
            "Polars grouping their orders by phone",
            python(group, accounts),
            python(resolve, accounts, contacts),
            most=40,
            rounds=3,
            most_memory=MOST_MEMORY,
            most_seconds=20,
        )
    ]


def starts(folder: Path) -> list[Benchmark]:
    """What a person waits for before anything happens."""
    return [
        Benchmark(
            "help",
            '`custtier --help`, against `python -c "import typer"`',
            python("import typer"),
            (CUSTTIER, "--help"),
            most=2,
            rounds=15,
        ),
        Benchmark(
            "example",
            '`custtier tiers` on the example store, against `python -c "import typer, polars, deltalake"`',
            python("import typer, polars, deltalake"),
            (CUSTTIER, "tiers", "--store", str(folder / "example_store")),
            most=2,
            rounds=15,
        ),
    ]


def line(benchmark: Benchmark, floor: Runs, product: Runs) -> str:
    """A row of the table."""
    ratio = product.seconds / floor.seconds
    cpu_ratio = product.cpu_seconds / floor.cpu_seconds
    held = ratio <= (benchmark.most or ratio) and product.seconds <= (benchmark.most_seconds or product.seconds)
    most = "–" if benchmark.most is None else f"{benchmark.most:g}"
    memory = f"{product.peak / MEGABYTE:,.0f} MB"
    if benchmark.most_memory is not None:
        held = held and product.peak <= benchmark.most_memory
        memory += f" of {benchmark.most_memory / MEGABYTE:,.0f}"
    return (
        f"| {benchmark.title} | {floor.seconds:.2f} s | {product.seconds:.2f} s "
        f"| {ratio:.2f} | {most} | {cpu_ratio:.2f} | {memory} | {'yes' if held else '**no**'} |"
    )


def preamble() -> str:
    """The machine, the versions and the day."""
    from importlib.metadata import version

    versions = ", ".join(f"{name} {version(name)}" for name in ("polars", "deltalake", "fastexcel", "typer"))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {platform.system()} {platform.machine()}, {os.cpu_count()} cores, "
        f"{memory:.0f} GB, Python {platform.python_version()}, {versions}. Whole processes, medians, run in turn.\n"
    )


def emptying(scratch: Path) -> Callable[[], None]:
    """A function that clears the scratch store, so that every import starts from nothing."""
    return lambda: shutil.rmtree(scratch / "store", ignore_errors=True)


NEEDS = {
    "import-xlsx": "workbook",
    "import-csv": "million",
    "rfm": "store",
    "tiers": "store",
    "churn": "store",
    "help": "",
    "example": "example",
    "identities": "accounts",
    **dict.fromkeys(LISTS, "store"),
    "show": "store",
    "explain": "store",
    **dict.fromkeys(WITHOUT_LIMIT, "store"),
    "import-chats": "chats",
    "grade": "chats",
}
"""Each benchmark and the piece of data that it reads."""


def benchmarks(names: list[str], *, folder: Path, scratch: Path) -> list[Benchmark]:
    """The benchmarks of these names, in the order of the table; their data is made when it is missing."""
    make(folder, sorted({NEEDS[name] for name in names} - {""}))
    found = imports(folder, scratch) + starts(folder) + identities(folder)
    if set(names) & {"rfm", "tiers", "churn"}:
        found = found[:2] + answers(folder) + found[2:]
    if set(names) & set(LISTS):
        found += lists(folder)
    if set(names) & {"show", "explain"}:
        found += cards(folder)
    if set(names) & set(WITHOUT_LIMIT):
        found += unlimited(folder)
    if set(names) & {"import-chats", "grade"}:
        found += chats(folder, scratch)
    return [benchmark for benchmark in found if benchmark.name in names]


def main() -> None:
    """Measure what was asked for and print the table."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("names", nargs="*", metavar="NAME", help=", ".join(NEEDS))
    options.add_argument("--data", type=Path, default=Path(__file__).parent / "data")
    options.add_argument("--rounds", type=int, help="measured runs of each process")
    asked = options.parse_args()
    unknown = set(asked.names) - set(NEEDS)
    if unknown:
        options.error(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(NEEDS)}")
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        chosen = benchmarks(asked.names or list(NEEDS), folder=asked.data, scratch=scratch)
        env = os.environ | {"CUSTTIER_SETTINGS": str(asked.data / "settings"), "LC_ALL": "C.UTF-8"}
        print(preamble())
        print("| benchmark | floor | custtier | ratio | at most | ratio of CPU time | peak memory | held |")
        print("|---|---:|---:|---:|---:|---:|---:|---|")
        for benchmark in chosen:
            floor, product = in_turn(
                (benchmark.floor, benchmark.words),
                rounds=asked.rounds or benchmark.rounds,
                env=env,
                before=emptying(scratch),
            )
            print(line(benchmark, floor, product), flush=True)


if __name__ == "__main__":
    main()
