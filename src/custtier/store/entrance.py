"""What of an import may come in: whoever was forgotten stays outside, unless the import lets them in again."""

from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from custtier.people import all_known
from custtier.sources.reading import Reading
from custtier.store.forgotten import ForgottenList
from custtier.store.layout import FORGOTTEN_TABLE, Layout
from custtier.store.returning import returning_accounts


class Entrance:
    """The list of who was forgotten, as it is when an import begins.

    Args:
        layout: The store's tables.
        versions: Of the last commit.
        visible: Ids of the imports that stand.
        id_key: Secret of customer ids and of the list.
        limit: A phone usual to more accounts of one platform merges nobody.
    """

    def __init__(
        self,
        layout: Layout,
        *,
        versions: Mapping[str, int],
        visible: Sequence[int],
        id_key: bytes,
        limit: int,
    ) -> None:
        self._layout = layout
        self._versions = dict(versions)
        self._visible = list(visible)
        self._id_key = id_key
        self._limit = limit

    def passed(self, readings: Sequence[Reading], *, version: int, import_id: int) -> Sequence[Reading]:
        """The readings without whoever was forgotten.

        Args:
            readings: The files of one import.
            version: Of the list.
            import_id: The import: those whom it lets in come in.
        """
        rows = self._layout.forgotten.scan(version).collect()
        return self._parted(readings, _keeping_out(rows, visible=[*self._visible, import_id]))[0]

    def welcome(self, readings: Sequence[Reading], *, import_id: int) -> int:
        """The version of the list in which the import lets in those whom its files show as buyers or contacts."""
        table = self._layout.forgotten
        rows = table.scan(self._versions[FORGOTTEN_TABLE]).collect()
        met = self._parted(readings, _keeping_out(rows, visible=self._visible))[1]
        if not met:
            return self._versions[FORGOTTEN_TABLE]
        return table.replace(table.put(_welcomed(rows, met, visible=self._visible, import_id=import_id)))

    def _parted(self, readings: Sequence[Reading], rows: pl.DataFrame) -> tuple[Sequence[Reading], frozenset[str]]:
        """The readings without the people of this list, and which of its tokens they show as somebody's own."""
        if rows.is_empty() or not readings:
            return readings, frozenset()
        forgotten = ForgottenList(rows["token"].to_list(), id_key=self._id_key)
        theirs = returning_accounts(
            readings,
            forgotten=forgotten,
            known_there=self.known,
            id_key=self._id_key,
            limit=self._limit,
        )
        return forgotten.without(readings, theirs=theirs), forgotten.met

    def known(self) -> pl.DataFrame:
        """Every account of anybody, as `schema.KNOWN`."""
        buyers, contacted = (
            self._layout.snapshots[name].scan(self._versions[name]).collect() for name in ("buyers", "contacted")
        )
        return all_known(buyers, contacted)


def _keeping_out(rows: pl.DataFrame, *, visible: Sequence[int]) -> pl.DataFrame:
    """`FORGOTTEN` without the people who were let in again by an import that stands.

    Args:
        rows: `FORGOTTEN`.
        visible: Ids of the imports that stand.
    """
    return rows.filter(~pl.col("welcomed_by").is_in(list(visible)).fill_null(value=False))


def _welcomed(rows: pl.DataFrame, met: Iterable[str], *, visible: Sequence[int], import_id: int) -> pl.DataFrame:
    """`FORGOTTEN` after an import let people in again: none of their keys keeps them out while it stands.

    Args:
        rows: `FORGOTTEN`.
        met: Tokens that the import shows.
        visible: Ids of the imports that stand before it.
        import_id: The import.
    """
    people = rows.filter(pl.col("token").is_in(list(met)))["person"].unique()
    is_kept_out = ~pl.col("welcomed_by").is_in(list(visible)).fill_null(value=False)
    is_welcome = is_kept_out & pl.col("person").is_in(people.implode())
    letting_in = pl.when(is_welcome).then(pl.lit(import_id, dtype=pl.Int64)).otherwise("welcomed_by")
    return rows.with_columns(letting_in.alias("welcomed_by"))
