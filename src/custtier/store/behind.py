"""Files written behind the writer's back while it goes on: Polars leaves Python alone while it writes."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Final

import polars as pl

from custtier.store.tables import Part, StoredTable

_AT_ONCE: Final = 2

Put = Callable[..., "Future[Part]"]
"""Called with a table, rows and an optional `import_id`; gives the part that `StoredTable.put` will have made."""


@contextmanager
def writing_behind() -> Iterator[Put]:
    """Puts parts of tables into files in the background. All are written, or have failed, when the block ends."""
    with ThreadPoolExecutor(max_workers=_AT_ONCE) as workers:

        def put(table: StoredTable, rows: pl.DataFrame | pl.LazyFrame, *, import_id: int | None = None) -> Future[Part]:
            return workers.submit(table.put, rows, import_id=import_id)

        yield put
