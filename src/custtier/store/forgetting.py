"""A person out of a store for good: new tables without them take the place of the old ones, which are deleted."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import PurePath
from typing import Any

import polars as pl

from custtier.errors import store_error
from custtier.people import account_keys, all_known, with_owner
from custtier.schema import LISTS
from custtier.settings import Settings
from custtier.store.behind import writing_behind
from custtier.store.current import fold
from custtier.store.erasing import Eraser, Theirs, theirs_of
from custtier.store.forgotten import ForgottenList, label_text, remembered
from custtier.store.layout import FORGOTTEN_TABLE, RAW, SNAPSHOTS, Layout
from custtier.store.list_tables import ListTables
from custtier.store.lists import MESSAGES
from custtier.store.person import Person, person_of
from custtier.store.publish import order_keys
from custtier.store.record import FORGET, SUMS, Commit
from custtier.store.searching import Searched, Sought, searched
from custtier.store.snapshots import Snapshots
from custtier.store.standing import standing_orders, stood_by
from custtier.store.touched import RawRecords, no_records, together, widened


@dataclass(frozen=True)
class Forgotten:
    """What forgetting somebody did.

    Args:
        rows: Table → rows that are gone; with totals kept, rows that are nobody's now.
        orders: How many of their orders these were, in all imports.
        searched: The proof.
    """

    rows: dict[str, int]
    orders: int
    searched: Searched


@dataclass(frozen=True)
class Standing:
    """A store at the moment at which somebody is forgotten.

    Args:
        layout: Its tables.
        commits: All of them.
        versions: Of every table.
        visible: Imports that stand.
        snapshots: At those versions.
        settings: Uses `zone` and `currency`.
        id_key: Secret of ids and of the hashes of who was forgotten.
    """

    layout: Layout
    commits: list[Commit]
    versions: dict[str, int]
    visible: list[int]
    snapshots: Snapshots
    settings: Settings
    id_key: bytes

    def scan(self, name: str) -> pl.LazyFrame:
        """A snapshot."""
        return self.layout.snapshots[name].scan(self.versions[name])

    def raw_orders(self) -> pl.LazyFrame:
        """Orders of every import, undone ones too."""
        return self.layout.raw["orders"].scan(self.versions["orders"])


def forget(store: Standing, customer_key: int, *, keep_totals: bool, at: datetime) -> Forgotten:
    """Takes a customer out of every table and out of history, and proves it.

    The new tables are made beside the old ones and take their place at once: being stopped before that leaves the
    store as it was, being stopped after it leaves old tables that the next writer deletes.

    Args:
        store: As it is; the caller holds its lock.
        customer_key: Whom.
        keep_totals: Whether their orders stay as nobody's.
        at: For the record.

    Raises:
        CusttierError: `forget-incomplete` when the search finds them still.
    """
    known = all_known(store.scan("buyers").collect(), store.scan("contacted").collect())
    # somebody may have merged them with another meanwhile
    merged = store.scan("accounts").filter(pl.col("account_key") == customer_key).collect()["customer_key"]
    present = merged.item() if merged.len() else customer_key
    person = person_of(present, known=known, accounts=store.scan("accounts"))
    standing = standing_orders(store.scan("current_orders"))
    raw = RawRecords(store.layout.raw, versions=store.versions, visible=store.visible)
    theirs = theirs_of(
        person,
        orders=store.raw_orders(),
        standing=standing,
        refunds=raw.scan("refunds"),
        lists=_lists_of_people(store),
    )
    sought = _sought(store, theirs)
    fresh = store.layout.beside()
    labels = _labels(store, person)
    renamed = ForgottenList((), id_key=store.id_key).new_labels(labels)
    eraser = Eraser(theirs, keep_totals=keep_totals, labels=renamed)
    versions = {
        name: eraser.copied(name, store.layout.raw[name], store.versions[name], into=fresh.raw[name]) for name in RAW
    }
    versions |= _snapshots_without(store, eraser, theirs, fresh, versions)
    versions[FORGOTTEN_TABLE] = _remember(store, fresh, theirs, labels, at=at)
    _record(store, fresh, versions, person, at=at)
    fresh.take_over()
    proof = searched(store.layout.folder, sought)
    if proof.found:
        raise store_error(
            "forget-incomplete",
            "{files} files of the store still show this person, such as {file}",
            hint="please report this as a bug; the person is out of every answer, but not of these files",
            files=len(proof.found),
            file=proof.found[0],
        )
    rows = {name: count for name, count in sorted(eraser.erased.rows.items()) if count}
    return Forgotten(rows=rows, orders=theirs.order_keys.len(), searched=proof)


def _lists_of_people(store: Standing) -> dict[str, pl.LazyFrame]:
    """The folded lists whose entries are somebody's; a message has no older record."""
    lists = ListTables(store.layout.snapshots, versions=store.versions)
    names = [name for name, table in LISTS.items() if "account_key" in table and name != MESSAGES]
    return {name: lists.scan(name) for name in names}


def _sought(store: Standing, theirs: Theirs) -> Sought:
    person = theirs.person
    alike = _alike(store, person)
    keys = theirs.order_keys.implode()
    own = store.raw_orders().filter(pl.col("order_key").is_in(keys)).select("order_id").unique().drop_nulls()
    # platforms number their orders without regard to each other
    strange = store.raw_orders().filter(~pl.col("order_key").is_in(keys)).select("order_id")
    ids = own.join(strange, on="order_id", how="anti").collect()["order_id"]
    return Sought(
        person=person,
        keys=pl.concat([person.account_keys.alias("key"), theirs.order_keys.alias("key")]).unique(),
        order_ids=tuple(ids.to_list()),
        others=alike,
    )


def _alike(store: Standing, person: Person) -> frozenset[str]:
    """Those of the person's texts that are also accounts of somebody else, in whatever import: they stay there."""
    found: set[str] = set()
    for name in ("orders", *(name for name, table in LISTS.items() if "account" in table)):
        rows = store.layout.raw[name].scan(store.versions[name])
        shown = rows.filter(pl.col("account").is_in(list(person.texts))).collect()
        missing = [column for column in ("phone", "phone_kind", "email") if column not in shown.columns]
        owned = shown.with_columns(pl.lit(None, dtype=pl.String).alias(column) for column in missing)
        is_own = account_keys(with_owner(owned)).is_in(person.account_keys.implode()).fill_null(value=False)
        found |= set(shown.filter(~is_own)["account"].to_list())
    return frozenset(found)


def _snapshots_without(
    store: Standing, eraser: Eraser, theirs: Theirs, fresh: Layout, versions: dict[str, int]
) -> dict[str, int]:
    """Snapshots of the records that are left: what is touched is made anew, every other file is shared.

    They are made as versions of the old tables, which no commit will name, and then handed to the new ones.
    """
    raw = RawRecords(fresh.raw, versions=versions, visible=store.visible)
    lists = ListTables(store.layout.snapshots, versions=store.versions)
    made = dict(store.versions)
    with writing_behind() as put:
        parts = lists.without_person(
            theirs.person.account_keys, names=eraser.erased.lists | {"links"}, raw=raw, put=put
        )
        if store.snapshots.are_outdated() or raw.is_empty():
            made |= store.snapshots.publish(
                fold(raw.all(), settings=store.settings), touched=None, put=put, lists=lists
            )
        else:
            gone = eraser.erased.gone
            # a record of a refund that went may have told of an order of somebody else
            refunds = raw.refunds_of("refund_key", gone.refunds.select("refund_key").unique())
            named = pl.concat([gone.refunds.select("order_key"), refunds.select("order_key")])
            keys = pl.concat([eraser.touched, named]).drop_nulls().unique()
            left = together(raw.of_orders(keys), replace(no_records(), refunds=refunds))
            touched = widened(left, raw, current=store.snapshots.current(), gone=gone)
            keys = pl.concat([keys, order_keys(touched)]).unique()
            made |= store.snapshots.publish(fold(touched, settings=store.settings), touched=keys, put=put, lists=lists)
        made |= store.snapshots.named({name: part.result() for name, part in parts.items()})
    handed: dict[str, int] = {}
    for name in SNAPSHOTS:
        table, own = store.layout.snapshots[name], fresh.snapshots[name]
        if name == "current_orders":
            # what it says of orders that are gone must go, too: a new base
            standing = standing_orders(table.scan(made[name]))
            handed[name] = own.add(own.put(stood_by(standing, generation=len(store.commits) + 1)))
        else:
            handed[name] = own.add_all([own.adopt(part) for part in table.parts(made[name])])
    return handed


def _record(store: Standing, fresh: Layout, versions: dict[str, int], person: Person, *, at: datetime) -> None:
    """The imports table anew: every import with its counts, no text that shows the person, and this commit."""
    clean = _cleaner(person)
    kept = [replace(commit, files=clean(commit.files), versions={}) for commit in store.commits]
    done = Commit(
        number=len(store.commits) + 1,
        action=FORGET,
        import_id=0,
        imported_at=at,
        files=[],
        counts=dict.fromkeys(SUMS, 0),
        versions=versions,
        extent=store.snapshots.extent,
        basis=store.snapshots.basis(),
    )
    fresh.imports.append(pl.concat(commit.row() for commit in (*kept, done)))


def _cleaner(person: Person) -> Callable[[Any], Any]:
    """Takes the person's keys out of every text of a record, and their name out of the path of a file."""
    pattern = person.pattern()
    found = re.compile(pattern) if pattern else None
    names = [name for name in person.names if len(name) > 1]

    def clean(value: Any, *, is_path: bool = False) -> Any:
        if isinstance(value, dict):
            return {key: clean(each, is_path=key in ("path", "file")) for key, each in value.items()}
        if isinstance(value, list | tuple):
            return [clean(each) for each in value]
        if not isinstance(value, str):
            return value
        text = found.sub("…", value) if found else value
        for name in names if is_path else ():
            if name in PurePath(text).name:
                text = text.replace(name, "…")
        return text

    return clean


def _labels(store: Standing, person: Person) -> pl.Series:
    """The labels that links of any import gave the person."""
    links = store.layout.raw["links"].scan(store.versions["links"])
    own = links.filter(pl.col("account_key").is_in(person.account_keys.implode()))
    return own.select(pl.col("person").unique()).collect()["person"].drop_nulls()


def _remember(store: Standing, fresh: Layout, theirs: Theirs, labels: pl.Series, *, at: datetime) -> int:
    """The hashes of who was forgotten before, and of this person."""
    hashing = ForgottenList((), id_key=store.id_key)
    texts = [*theirs.person.token_texts(theirs.order_keys), *(label_text(label) for label in labels.to_list())]
    tokens = {hashing.token(text) for text in texts}
    before = store.layout.forgotten.scan(store.versions[FORGOTTEN_TABLE]).collect()
    return fresh.forgotten.append(remembered(before, tokens, person=len(store.commits) + 1, at=at))
