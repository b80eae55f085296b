"""`custtier sources check`: what every file of a folder of samples is recognised as, and what becomes of its rows."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from custtier.currencies import minor_digits
from custtier.errors import CusttierError
from custtier.settings import Settings
from custtier.sources.reading import Reading
from custtier.views.view import View
from custtier.workflows.left_out import listed, rejected_rows

if TYPE_CHECKING:
    from custtier.sources.packed.passwords import Passwords
    from custtier.sources.reading import Progress

_TRIAL_KEY: Final = b"no customer id of a trial is shown"

_FILES: Final = {
    "path": pl.String,
    "profile": pl.String,
    "rows_read": pl.Int64,
    "kept": pl.Int64,
    "excluded": pl.Int64,
    "rejected": pl.Int64,
    "orders": pl.Int64,
    "refunds": pl.Int64,
    "net_sales": pl.Int64,
    "currency": pl.String,
    "reasons": pl.String,
    "problem": pl.String,
}


@dataclass(frozen=True)
class Trial:
    """What became of the rows of some readings.

    Args:
        rows_read: Records.
        kept: Records that were taken.
        excluded: Records that are no orders.
        rejected: Records that could not be read.
        reasons: Why, counted.
        orders: Orders that are purchases; None for a list.
        refunds: Rows that are refunds; None for a list.
        net_sales: Their net sales in minor units; None without orders or with several currencies.
        currency: Of these.
    """

    rows_read: int
    kept: int
    excluded: int
    rejected: int
    reasons: Counter[str]
    orders: int | None
    refunds: int | None
    net_sales: int | None
    currency: str | None


def check_files(
    paths: Sequence[Path],
    *,
    settings: Settings,
    profile: str | None = None,
    passwords: "Passwords | None" = None,
    progress: "Progress | None" = None,
) -> View:
    """What each file is, and what becomes of its rows; nothing is kept.

    Args:
        paths: Files and folders.
        settings: The user's settings.
        profile: Read every file as this; None to recognise them.
        passwords: Those that may open files.
        progress: Told how far reading is.

    Returns:
        Table `files`: one row a file and profile; `problem` is the code of the error of a file that cannot be read.
        The summary's `good` counts those that were recognised and read without a reject.
    """
    from custtier.sources.packed.containers import folders_inside, named_files, shown_name
    from custtier.sources.read import read_files

    rows: list[dict[str, object]] = []
    currencies: set[str] = set()
    for path in named_files(paths):
        try:
            readings = read_files([path], settings=settings, profile=profile, passwords=passwords, progress=progress)
        except CusttierError as problem:
            if problem.code in {"bad-profile", "profile-twice", "unknown-profile"}:
                raise
            rows.append({"path": shown_name(path), "problem": problem.code})
            continue
        for reading in readings:
            trial = trial_of([reading], settings=settings)
            currencies |= {trial.currency} if trial.currency else set()
            rows.append({"path": reading.path, "profile": reading.profile, **_row(trial)})
    files = pl.DataFrame(rows, schema=_FILES)
    good = files.filter(pl.col("problem").is_null() & (pl.col("rejected") == 0)).height
    same = len(currencies) <= 1
    if not same:
        files = files.with_columns(_in_hundredths(files))
    return View(
        command="sources check",
        parameters={"profile": profile},
        summary={
            "files": files.height,
            "good": good,
            **{name: int(files[name].sum()) for name in ("rows_read", "kept", "excluded", "rejected")},
            "orders": int(files["orders"].sum()) if files["orders"].count() else None,
            "net_sales": int(files["net_sales"].sum()) if same and currencies else None,
        },
        tables={"files": files},
        notes=folders_inside(paths),
        currency=currencies.pop() if same and currencies else None,
    )


def trial_of(readings: Sequence[Reading], *, settings: Settings) -> Trial:
    """What became of the rows of readings, and what they come to as one import."""
    outcomes = Counter(outcome for reading in readings for outcome in reading.records["outcome"].to_list())
    is_list = any(reading.lists for reading in readings)
    orders, sales, currency = (None, None, None) if is_list else _sales(readings, settings)
    return Trial(
        rows_read=sum(reading.rows_read for reading in readings),
        kept=outcomes["kept"],
        excluded=outcomes["excluded"],
        rejected=outcomes["rejected"],
        reasons=rejected_rows(readings),
        orders=orders,
        refunds=None if is_list else sum(reading.refunds.height for reading in readings),
        net_sales=sales,
        currency=currency,
    )


def _sales(readings: Sequence[Reading], settings: Settings) -> tuple[int, int | None, str | None]:
    """Purchases, their net sales and the one currency of these."""
    from custtier.store import facts_of

    purchases = facts_of(readings, settings=settings, id_key=_TRIAL_KEY).purchases
    net = pl.col("gross") - pl.col("undated_refund") - pl.col("dated_refund")
    bought = purchases.select(net.alias("net"), "currency").filter(pl.col("net") > 0).collect()
    currencies = bought["currency"].drop_nulls().unique().to_list()
    if len(currencies) > 1:
        return bought.height, None, None
    return bought.height, int(bought["net"].sum()), currencies[0] if currencies else None


def _in_hundredths(files: pl.DataFrame) -> pl.Series:
    """Net sales of several currencies, all as hundredths, because one column is written with one number of digits."""
    amounts = [
        None if amount is None or minor_digits(currency) > 2 else amount * 10 ** (2 - minor_digits(currency))
        for amount, currency in files.select("net_sales", "currency").iter_rows()
    ]
    return pl.Series("net_sales", amounts, dtype=pl.Int64)


def _row(trial: Trial) -> dict[str, object]:
    return {
        "rows_read": trial.rows_read,
        "kept": trial.kept,
        "excluded": trial.excluded,
        "rejected": trial.rejected,
        "orders": trial.orders,
        "refunds": trial.refunds,
        "net_sales": trial.net_sales,
        "currency": trial.currency,
        "reasons": listed(trial.reasons) or None,
    }
