"""Several records of one key, sorted: which of them speaks last about each field, without a loop over the keys."""

from collections.abc import Sequence

import polars as pl


class Records:
    """The records of keys that occur more than once, oldest first within each key.

    Every answer is one row per key, in the order of the keys. A condition on records is looked up by carrying the
    number of the last record that meets it down the whole frame: what was carried over from another key lies before
    the key's first record and is dropped. That is one pass per field, whatever the number of keys.

    Args:
        frame: Sorted by `key`, then by what comes first.
        key: Column of the key.
    """

    def __init__(self, frame: pl.DataFrame, *, key: str) -> None:
        self.frame = frame.with_row_index("record")
        keys = frame[key]
        differs = (keys != keys.shift(1)).fill_null(value=True)
        self.groups = differs.cum_sum() - 1
        starts = differs.arg_true()
        self.starts = starts
        self.ends = (pl.concat([starts.slice(1), pl.Series([frame.height], dtype=starts.dtype)]) - 1).rename("end")

    def last(self, condition: pl.Expr) -> pl.Series:
        """Number of the last record of each key that meets the condition; null where none does."""
        carried = self.frame.select(
            pl.when(condition).then(pl.col("record")).forward_fill().alias("record")
        ).to_series()
        found = carried.gather(self.ends)
        return found.set(found < self.starts, None)

    def at(self, column: str, numbers: pl.Series) -> pl.Series:
        """The values of a column in the records of these numbers; null for a null number."""
        return self.frame[column].gather(numbers)

    def newest(self, column: str) -> pl.Series:
        """The value that the last record with one gives."""
        return self.at(column, self.last(pl.col(column).is_not_null()))

    def fullest(self, column: str) -> pl.Series:
        """The value that the last record with one gives; one with a mask only where no record has one without."""
        plain = pl.col(column).is_not_null() & ~pl.col(column).str.contains("*", literal=True)
        return self.at(column, first_of([self.last(plain), self.last(pl.col(column).is_not_null())]))


def first_of(numbers: Sequence[pl.Series]) -> pl.Series:
    """The first of several series that is not null, row by row."""
    named = pl.DataFrame([series.alias(f"choice_{place}") for place, series in enumerate(numbers)])
    return named.select(pl.coalesce(pl.all())).to_series()
