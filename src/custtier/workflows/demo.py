"""`custtier demo`: an invented shop written to a folder."""

from pathlib import Path

import polars as pl

from custtier.demo import Progress, write_shop
from custtier.views.view import View


def demo(folder: Path, *, customers: int, seed: int, progress: Progress | None = None) -> View:
    """The files that were written.

    Args:
        folder: Where to; made when it is missing.
        customers: How many people have bought.
        seed: The same seed gives the same files, byte for byte.
        progress: Told how far the writing is.

    Returns:
        Table `files` (path, profile, encoding, rows); summary: files, rows, customers.
    """
    written = write_shop(folder, customers=customers, seed=seed, progress=progress)
    files = pl.DataFrame(
        {
            "path": [str(written.folder / one.path) for one in written.files],
            "profile": [one.profile for one in written.files],
            "encoding": [one.encoding for one in written.files],
            "rows": [one.rows for one in written.files],
        },
        schema={"path": pl.String, "profile": pl.String, "encoding": pl.String, "rows": pl.Int64},
    )
    return View(
        command="demo",
        parameters={"customers": customers, "seed": seed},
        summary={"files": files.height, "rows": int(files.get_column("rows").sum()), "customers": customers},
        tables={"files": files},
    )
