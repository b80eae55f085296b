"""The snapshots of a store: what its imports come to, made anew where an import or an undo touched it."""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

import polars as pl

from custtier.facts import Extent, Note
from custtier.people import resolve
from custtier.settings import Settings
from custtier.store.current import Folded, extent_of, last_instant, purchases_of, sorted_purchases
from custtier.store.record import Commit
from custtier.store.remarks import overlap_notes
from custtier.store.tables import StoredTable

_PEOPLE_COLUMNS = (
    "account_key",
    "account",
    "account_kind",
    "account_space",
    "shop_account_key",
    "platform",
    "phone",
    "phone_kind",
    "name",
    "ordered_at",
    "paid_at",
)


class Snapshots:
    """The snapshots at the versions of the last commit.

    Args:
        tables: The snapshot tables by name.
        versions: What the last commit names.
        last: The last commit.
        settings: What days, currencies and merges depend on.
        id_key: Secret of customer ids.
    """

    def __init__(
        self,
        tables: Mapping[str, StoredTable],
        *,
        versions: Mapping[str, int],
        last: Commit | None,
        settings: Settings,
        id_key: bytes,
    ) -> None:
        self._tables = tables
        self._versions = versions
        self._last = last
        self._settings = settings
        self._id_key = id_key
        self.extent = Extent() if last is None else last.extent
        self.shared_phones = 0
        self.notes: tuple[Note, ...] = ()

    def basis(self) -> dict[str, Any]:
        """What the snapshots depend on beside the imports. Of the secret, only whether it is the same."""
        return {
            "zone": self._settings.zone,
            "currency": self._settings.currency,
            "shared_phone_accounts": self._settings.shared_phone_accounts,
            "id_key": blake2b(b"fingerprint", key=self._id_key, digest_size=4).hexdigest(),
        }

    def are_outdated(self) -> bool:
        """Whether the snapshots were made with other settings, so that all must be made anew."""
        return self._last is not None and self._last.basis != self.basis()

    def current(self) -> pl.LazyFrame:
        """The current orders of the last commit, `CURRENT`."""
        return self._tables["current_orders"].scan(self._versions["current_orders"])

    def publish(self, folded: Folded, *, touched: pl.DataFrame | None) -> dict[str, int]:
        """Writes new versions of all snapshots; nobody reads them before the commit names them.

        Args:
            folded: The touched orders as they are now.
            touched: `order_key` of all orders whose rows are replaced; None for all there are.

        Returns:
            Table → version.
        """
        versions = {
            "current_orders": self._replace("current_orders", folded.current.lazy(), touched),
            "dated_refunds": self._replace("dated_refunds", folded.dated_refunds.lazy(), touched),
        }
        kept = self._untouched("purchases", touched)
        bought = sorted_purchases(pl.concat([kept, purchases_of(folded.current.lazy())]))
        versions["purchases"] = self._tables["purchases"].overwrite(bought)
        current = self._tables["current_orders"].scan(versions["current_orders"])
        people = resolve(
            current.filter(~pl.col("is_absorbed") & pl.col("account_key").is_not_null())
            .select(_PEOPLE_COLUMNS)
            .collect(),
            id_key=self._id_key,
            shared_phone_accounts=self._settings.shared_phone_accounts,
        )
        self.shared_phones = people.shared_phones
        self.notes = overlap_notes(current, fresh=folded.current)
        versions["accounts"] = self._tables["accounts"].overwrite(people.accounts)
        versions["customers"] = self._tables["customers"].overwrite(people.customers)
        self.extent = extent_of(
            self._tables["purchases"].scan(versions["purchases"]),
            self._tables["dated_refunds"].scan(versions["dated_refunds"]),
            last_instant=last_instant(current),
            merged=people.accounts.height,
            zone=self._settings.zone,
        )
        return versions

    def _replace(self, name: str, rows: pl.LazyFrame, touched: pl.DataFrame | None) -> int:
        return self._tables[name].overwrite(pl.concat([self._untouched(name, touched), rows]))

    def _untouched(self, name: str, touched: pl.DataFrame | None) -> pl.LazyFrame:
        if touched is None:
            return pl.LazyFrame(schema=dict(self._tables[name].columns))
        return self._tables[name].scan(self._versions[name]).join(touched.lazy(), on="order_key", how="anti")
