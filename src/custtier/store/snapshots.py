"""The snapshots of a store: what its imports come to, made anew where an import or an undo touched it."""

from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import replace
from hashlib import blake2b
from typing import Any, Final

import polars as pl

from custtier.facts import Extent, Note
from custtier.people import People, buyers_of, contacted_of, payers_of, people_of
from custtier.settings import Settings
from custtier.store.behind import Put
from custtier.store.current import Folded, extent_of, last_instant, purchases_of, sorted_purchases, with_purchases
from custtier.store.layout import LIST_SNAPSHOTS
from custtier.store.list_tables import ListTables
from custtier.store.record import Commit
from custtier.store.remarks import overlap_notes
from custtier.store.standing import gone, needs_new_base, standing_orders, stood_by
from custtier.store.tables import Part, StoredTable

_ACCOUNTS_AT_ONCE: Final = 250_000
_MADE_AS: Final = 4
"""Grows when the tables of the snapshots change: those of an older custtier are made anew."""


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
            "snapshots": _MADE_AS,
            "zone": self._settings.zone,
            "currency": self._settings.currency,
            "shared_phone_accounts": self._settings.shared_phone_accounts,
            "id_key": blake2b(b"fingerprint", key=self._id_key, digest_size=4).hexdigest(),
        }

    def are_outdated(self) -> bool:
        """Whether the snapshots were made with other settings, so that all must be made anew."""
        return self._last is not None and self._last.basis != self.basis()

    def current(self) -> pl.LazyFrame:
        """The current orders of the last commit: the columns of `CURRENT` that are kept."""
        return standing_orders(self._scan("current_orders"))

    def publish(self, folded: Folded, *, touched: pl.DataFrame | None, put: Put, lists: ListTables) -> dict[str, int]:
        """Writes new versions of all snapshots; nobody reads them before the commit names them.

        Args:
            folded: The touched orders as they are now.
            touched: `order_key` of all orders whose rows are replaced; None for all there are.
            put: Writes files behind.
            lists: Contacts and links that were folded anew tell of people, too.

        Returns:
            Table → version.
        """
        generation = 1 if self._last is None else self._last.number + 1
        if touched is None:
            return self._publish_all(folded, put, lists, generation=generation)
        return self._publish_touched(folded, touched, put, lists, generation=generation)

    def publish_people(self, lists: ListTables, *, put: Put) -> dict[str, int]:
        """Writes new versions of what tells who is who, after contacts or links alone changed.

        Args:
            lists: What was folded anew.
            put: Writes files behind.
        """
        parts: dict[str, Future[Part]] = {}
        people = self._grouped(self._scan("buyers").collect(), self._scan("payers").collect(), lists, parts, put)
        self.shared_phones = people.shared_phones
        self.extent = replace(self.extent, merged_accounts=people.accounts.height)
        return self.named({name: part.result() for name, part in parts.items()})

    def _publish_all(self, folded: Folded, put: Put, lists: ListTables, *, generation: int) -> dict[str, int]:
        current = folded.current.lazy()
        purchases = sorted_purchases(purchases_of(current).collect())
        frames = {
            "purchases": purchases,
            "current_orders": stood_by(current, generation=generation),
            "dated_refunds": folded.dated_refunds,
        }
        parts = {name: put(self._tables[name], rows) for name, rows in frames.items()}
        named = current.filter(~pl.col("is_absorbed"))
        people = self._people(buyers_of(named, id_key=self._id_key), payers_of(named), lists, parts, put)
        self._tell(current, purchases.lazy(), folded.dated_refunds.lazy(), fresh=folded.current, people=people)
        return self.named({name: part.result() for name, part in parts.items()})

    def _publish_touched(
        self, folded: Folded, touched: pl.DataFrame, put: Put, lists: ListTables, *, generation: int
    ) -> dict[str, int]:
        before, fresh = self.current(), folded.current.lazy()
        after = pl.concat(
            [
                before.join(touched.lazy(), on="order_key", how="anti"),
                stood_by(fresh, generation=generation).drop("generation", "is_gone"),
            ]
        )
        dated = pl.concat(
            [
                self._scan("dated_refunds").join(touched.lazy(), on="order_key", how="anti"),
                folded.dated_refunds.lazy(),
            ]
        ).collect()
        keys = touched["order_key"]
        purchases = with_purchases(self._scan("purchases"), purchases_of(fresh), replaced=keys)
        parts = {
            "purchases": put(self._tables["purchases"], purchases),
            "dated_refunds": put(self._tables["dated_refunds"], dated),
        }
        is_rebuilt = needs_new_base(self._scan("current_orders"), more=keys.len())
        if is_rebuilt:
            changed = stood_by(after, generation=generation)
        else:
            left = keys.filter(~keys.is_in(folded.current["order_key"].implode()))
            changed = pl.concat([stood_by(fresh, generation=generation), gone(left, generation=generation)])
        parts["current_orders"] = put(self._tables["current_orders"], changed)
        buyers, payers = self._people_of_touched(before, after, folded, touched)
        people = self._people(buyers, payers, lists, parts, put)
        versions = self.named({name: part.result() for name, part in parts.items()}, grows=not is_rebuilt)
        bought = self._tables["purchases"].scan(versions["purchases"])
        self._tell(after, bought, dated.lazy(), fresh=folded.current, people=people)
        return versions

    def _people_of_touched(
        self, before: pl.LazyFrame, after: pl.LazyFrame, folded: Folded, touched: pl.DataFrame
    ) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Buyers and payers: made anew for the accounts that touched orders belong or belonged to."""
        belonged = before.join(touched.lazy(), on="order_key", how="semi").select("account_key").collect()
        accounts = pl.concat([belonged, folded.current.select("account_key")]).drop_nulls().unique()
        buyers, payers = (
            [self._scan(name).join(accounts.lazy(), on="account_key", how="anti").collect()]
            for name in ("buyers", "payers")
        )
        # some accounts at a time: all of their orders, and there may be many, are looked at
        for some in accounts.iter_slices(_ACCOUNTS_AT_ONCE):
            orders = after.filter(~pl.col("is_absorbed")).join(some.lazy(), on="account_key", how="semi")
            buyers.append(buyers_of(orders, id_key=self._id_key))
            payers.append(payers_of(orders))
        return pl.concat(buyers), pl.concat(payers)

    def _people(
        self,
        buyers: pl.DataFrame,
        payers: pl.DataFrame,
        lists: ListTables,
        parts: dict[str, Future[Part]],
        put: Put,
    ) -> People:
        parts |= {name: put(self._tables[name], rows) for name, rows in {"buyers": buyers, "payers": payers}.items()}
        return self._grouped(buyers, payers, lists, parts, put)

    def _grouped(
        self,
        buyers: pl.DataFrame,
        payers: pl.DataFrame,
        lists: ListTables,
        parts: dict[str, Future[Part]],
        put: Put,
    ) -> People:
        """Accounts grouped into customers; contacts and links count as they are after this commit."""
        if lists.contacts is None:
            contacted = self._scan("contacted").collect()
        else:
            contacted = contacted_of(lists.contacts, id_key=self._id_key)
            parts["contacted"] = put(self._tables["contacted"], contacted)
        links = self._scan(LIST_SNAPSHOTS["links"]).collect() if lists.links is None else lists.links
        people = people_of(
            buyers,
            payers,
            contacted=contacted,
            links=links,
            shared_phone_accounts=self._settings.shared_phone_accounts,
        )
        frames = {"accounts": people.accounts, "customers": people.customers}
        parts |= {name: put(self._tables[name], rows) for name, rows in frames.items()}
        return people

    def _tell(
        self,
        current: pl.LazyFrame,
        purchases: pl.LazyFrame,
        dated_refunds: pl.LazyFrame,
        *,
        fresh: pl.DataFrame,
        people: People,
    ) -> None:
        self.shared_phones = people.shared_phones
        self.notes = overlap_notes(current, fresh=fresh)
        self.extent = extent_of(
            purchases,
            dated_refunds,
            last_instant=last_instant(current),
            merged=people.accounts.height,
            zone=self._settings.zone,
        )

    def named(self, parts: Mapping[str, Part], *, grows: bool = False) -> dict[str, int]:
        """The versions that hold these parts; a table that was and stays empty keeps its own.

        Args:
            parts: By table.
            grows: Whether the current orders stand beside those of before.
        """
        versions = {name: self._versions[name] for name in parts}
        for name, part in parts.items():
            if grows and name == "current_orders":
                versions[name] = self._tables[name].add(part)
            elif part.height or self._versions[name]:
                versions[name] = self._tables[name].replace(part)
        return versions

    def _scan(self, name: str) -> pl.LazyFrame:
        return self._tables[name].scan(self._versions[name])
