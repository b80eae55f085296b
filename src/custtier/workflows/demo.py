"""`custtier demo`: an invented shop written to a folder."""

from pathlib import Path

import polars as pl

from custtier.demo import write_shop
from custtier.sources.reading import Progress
from custtier.views.view import View


def demo(folder: Path, *, customers: int, seed: int, progress: Progress | None = None) -> View:
    """The files that were written.

    Args:
        folder: Where to; made when it is missing.
        customers: How many people the shop knows.
        seed: The same seed gives the same files, byte for byte.
        progress: Told how far each file is.

    Returns:
        Table `files` (path, rows); summary: files, rows, customers.
    """
    written = write_shop(folder, customers=customers, seed=seed, progress=progress)
    files = pl.DataFrame(
        {"path": [str(path) for path in written.files], "rows": list(written.files.values())},
        schema={"path": pl.String, "rows": pl.Int64},
    )
    return View(
        command="demo",
        parameters={"folder": str(folder), "customers": customers, "seed": seed},
        summary={"files": files.height, "rows": int(files.get_column("rows").sum()), "customers": customers},
        tables={"files": files},
    )
