"""The CDNOW 1/10 sample of Fader and Hardie as histories: `tests/data/cdnow_sample.csv`, see `views/test_published.py`.

Published: 2,357 customers, calibrated on purchase days up to 1997-09-30, then 39 weeks of holdout.
"""

from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl

from custtier.models.btyd.histories import Histories, Ints, histories_of
from custtier.models.btyd.spend import Spent

CALIBRATION_END = date(1997, 9, 30)
HOLDOUT_WEEKS = 39
WEEK = 7.0


@cache
def rows() -> pl.DataFrame:
    path = Path(__file__).parents[1] / "data" / "cdnow_sample.csv"
    text = {"master_id": pl.String, "sample_id": pl.String}
    return pl.read_csv(path, schema_overrides=text).with_columns(pl.col("date").str.to_date())


def customers(unit: float = WEEK) -> pl.DataFrame:
    """One row per customer in the order of their ids: x, t_x, T, log_gaps, and x_after of the holdout."""
    days = rows().select("sample_id", "date").unique().sort("sample_id", "date")
    seen = days.filter(pl.col("date") <= CALIBRATION_END)
    gaps = pl.col("date").diff().dt.total_days() / unit
    first, last = pl.col("date").min(), pl.col("date").max()
    found = seen.group_by("sample_id", maintain_order=True).agg(
        (pl.len() - 1).cast(pl.Int64).alias("x"),
        ((last - first).dt.total_days() / unit).alias("t_x"),
        ((pl.lit(CALIBRATION_END) - first).dt.total_days() / unit).alias("T"),
        gaps.log().sum().alias("log_gaps"),
    )
    after = (
        days.filter(pl.col("date") > CALIBRATION_END)
        .group_by("sample_id")
        .agg(pl.len().cast(pl.Int64).alias("x_after"))
    )
    return found.join(after, on="sample_id", how="left", maintain_order="left").with_columns(
        pl.col("x_after").fill_null(0)
    )


def histories(unit: float = WEEK) -> tuple[Histories, Ints]:
    found = customers(unit)
    columns = (found[name].to_numpy() for name in ("x", "t_x", "T"))
    return histories_of(*columns, log_gaps=float(found["log_gaps"].sum()))


def one(x: int, t_x: float, T: float) -> Histories:
    return histories_of(np.array([x]), np.array([t_x]), np.array([T]))[0]


def spent() -> Spent:
    """Mean amounts of repeat purchase days above 0."""
    days = rows().filter(pl.col("date") <= CALIBRATION_END).group_by("sample_id", "date").agg(pl.col("amount").sum())
    repeats = days.sort("sample_id", "date").filter(pl.int_range(pl.len()).over("sample_id") > 0)
    means = repeats.group_by("sample_id").agg(pl.len().cast(pl.Int64).alias("orders"), pl.col("amount").mean())
    means = means.filter(pl.col("amount") > 0).sort("sample_id")
    return Spent(means["orders"].to_numpy(), means["amount"].to_numpy(), np.ones(means.height, dtype=np.int64))
