"""The tables of a store as views read them: nothing is read or folded before it is asked for."""

from collections.abc import Callable, Sequence

import polars as pl

from custtier.facts import Extent, Facts, Note
from custtier.people import all_known
from custtier.settings import Settings
from custtier.store.details import opened_records
from custtier.store.layout import LIST_SNAPSHOTS
from custtier.store.standing import standing_orders
from custtier.store.touched import RawRecords


def opened_facts(
    scan: Callable[[str], pl.LazyFrame],
    *,
    raw: RawRecords,
    extent: Extent,
    settings: Settings,
    notes: tuple[Note, ...] = (),
) -> Facts:
    """What views read.

    Args:
        scan: Opens a snapshot by its name.
        raw: The records of the imports that count.
        extent: What the snapshots hold.
        settings: Uses `zone` and `currency`.
        notes: Remarks that hold for every answer.
    """

    def opened(name: str, columns: Sequence[str]) -> pl.LazyFrame:
        if name == "known":
            known = all_known(scan("buyers").collect(), scan("contacted").collect())
            return known.lazy().select(columns)
        if name == "payers":
            return scan(name).select(columns)
        if name in LIST_SNAPSHOTS:
            return scan(LIST_SNAPSHOTS[name]).select(columns)
        standing = standing_orders(scan("current_orders"))
        return opened_records(name, columns, raw=raw, standing=standing, settings=settings)

    return Facts(
        purchases=scan("purchases"),
        dated_refunds=scan("dated_refunds"),
        accounts=scan("accounts"),
        customers=scan("customers"),
        extent=extent,
        notes=notes,
        opener=opened,
    )
