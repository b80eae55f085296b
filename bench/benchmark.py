"""What one line of the table of benchmarks is, and the bare processes that custtier is measured against."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PYTHON = sys.executable
CUSTTIER = str(Path(sys.executable).with_name("custtier"))
PURCHASE_COLUMNS = "account_key", "order_day", "gross", "undated_refund", "dated_refund"


@dataclass(frozen=True)
class Benchmark:
    """One line of the table.

    Args:
        name: To choose it by.
        title: What is measured against what.
        floor: Words of the bare process.
        words: Words of custtier's.
        most: The ratio that must not be passed; None for no limit.
        rounds: Measured runs of each, unless asked otherwise.
        most_memory: Peak bytes that custtier must not pass; None for no limit.
        most_seconds: What custtier must not pass, whatever the floor; None for no limit.
    """

    name: str
    title: str
    floor: tuple[str, ...]
    words: tuple[str, ...]
    most: float | None
    rounds: int
    most_memory: int | None = None
    most_seconds: float | None = None


def python(program: str, *words: Path) -> tuple[str, ...]:
    """The words of a bare Python process."""
    return (PYTHON, "-c", program, *map(str, words))


def collecting(read: Mapping[str, list[Path]], columns: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """The words of a bare process that collects some columns of several tables."""
    collect = (
        f"import sys, polars; columns = {dict(columns)!r}; named = [word.split('=', 1) for word in sys.argv[1:]]; "
        "[polars.scan_parquet([path for name, path in named if name == table]).select(list(wanted))"
        ".collect(engine='streaming') for table, wanted in columns.items()]"
    )
    return (PYTHON, "-c", collect, *(f"{name}={path}" for name, paths in read.items() for path in paths))


def table_files(store: Path, table: str) -> list[Path]:
    """The Parquet files of the latest version of a table."""
    from deltalake import DeltaTable

    return [Path(uri.removeprefix("file://")) for uri in DeltaTable(str(store / table)).file_uris()]
