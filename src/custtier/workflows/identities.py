"""`custtier identities`: who may be one person, what somebody decided about it, and taking that back."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import polars as pl

from custtier.errors import data_error, store_error, usage_error
from custtier.facts import Facts, Note
from custtier.people import with_customers
from custtier.people.decisions import NEEDED, PROFILE, WITHDRAWN, Decided, decided, with_link_ids, withdrawn
from custtier.people.joins import apart_pairs
from custtier.people.proposals import STRENGTHS, propose
from custtier.schema import ITEMS, ORDERS, REFUNDS, REJECTS, conform, empty
from custtier.settings import Settings
from custtier.sources.reading import RECORDS, Reading
from custtier.store import Outcome, Store
from custtier.text import Catalogue
from custtier.text.titles import title_of
from custtier.views.identities import identities_view, links_table, proposals_view
from custtier.views.view import View
from custtier.workflows.left_out import listed

LANGUAGES: Final = ("en", "zh")
_DECISIONS: Final = ("same", "apart")
_DETAILS: Final = ("account_key", "name", "phone", "phone_kind", "email", "province", "city", "address")
_LISTED: Final = ("account_key", "name", "remark", "phone", "phone_kind", "email", "province", "city")


@dataclass(frozen=True)
class Totals:
    """What merging must not change, and how many customers there are."""

    customers: int
    orders: int
    gross: int
    refunds: int


def propose_identities(store: Path, settings: Settings, *, least: str = "weak") -> View:
    """Pairs of customers who may be one person, for somebody to mark.

    Args:
        store: Folder of the store.
        settings: The user's settings.
        least: Strength of the weakest proposals wanted: `weak`, `medium` or `strong`.
    """
    facts = Store(store, settings=settings).facts()
    known = _known(facts)
    found = propose(
        known=known,
        customers=facts.customers.collect(),
        details=facts.table("details", columns=[*_DETAILS, "is_absorbed"]).filter(~pl.col("is_absorbed")),
        contacts=facts.table("contacts", columns=_LISTED).collect(),
        payers=facts.table("payers").collect(),
        apart=apart_pairs(facts.table("links").collect()),
    )
    pairs = found.pairs.filter(pl.col("score") >= STRENGTHS[least])
    return proposals_view(
        pairs, facts, known=known, crowds=found.crowds, decided=found.decided, parameters={"strength": least}
    )


def list_identities(store: Path, settings: Settings) -> View:
    """Every link that stands, with who made it."""
    facts = Store(store, settings=settings).facts()
    links = _standing(facts)
    summary = {
        "links": links["person"].n_unique(),
        **{decision: links.filter(pl.col("decision") == decision)["person"].n_unique() for decision in _DECISIONS},
        "customers": _totals(facts).customers,
    }
    notes = (Note("no_identities_yet"),) if links.is_empty() else ()
    return identities_view(links_table(links, facts, known=_known(facts)), summary, command="identities", notes=notes)


def apply_identities(path: Path, *, store: Path, settings: Settings, imported_at: datetime) -> View:
    """What the marked lines of a list of proposals came to: an import of links.

    Args:
        path: The list as it was marked; `-` for standard input.
        store: Folder of the store.
        settings: The user's settings.
        imported_at: UTC, for the record.

    Raises:
        CusttierError: `missing-column`; `no-decisions` when no line is marked; `totals-changed` when orders or sales
            would not be the same as before, and then nothing is merged.
    """
    from custtier.sources.marked import marked_rows

    kept = Store(store, settings=settings)
    before = kept.facts()
    marked = marked_rows(path, headers=_headers(), needed=NEEDED)
    found = decided(marked.rows, known=_known(before))
    if found.rows.filter(pl.col("outcome") != "excluded").is_empty():
        raise data_error(
            "no-decisions",
            "no line of {path} is marked",
            hint="write same or apart into the column decision of the lines that you have judged",
            path=marked.path,
        )
    reading = _reading(
        found, path=marked.path, sheet=marked.sheet, encoding=marked.encoding, header_row=marked.header_row
    )
    outcome, after = _added(kept, reading, before=before, imported_at=imported_at)
    return _applied(outcome, reading, before=before, after=after)


def undo_identities(what: str, *, store: Path, settings: Settings, at: datetime) -> View:
    """The links after one statement, or a whole import of them, was taken back.

    Args:
        what: The number of an import, the id of a decision, or a label that is no number.
        store: Folder of the store.
        settings: The user's settings.
        at: UTC, for the record.

    Raises:
        CusttierError: `unknown-link`; `not-links` when the import is not one of links.
    """
    kept = Store(store, settings=settings)
    before = kept.facts()
    links = _standing(before)
    if what.isascii() and what.isdigit():
        if any(file["profile"] not in _link_profiles(links) for file in kept.files(int(what))):
            raise usage_error(
                "not-links",
                "import {import_id} holds more than links",
                hint="take it back with: custtier imports undo {import_id}",
                import_id=int(what),
            )
        kept.undo(int(what), at=at)
    else:
        _added(kept, _withdrawal(_meant(links, what), label=what), before=before, imported_at=at)
    after = kept.facts()
    left = _standing(after)
    summary = {"undone": True, **_change(_totals(before), _totals(after)), "links": left["person"].n_unique()}
    return identities_view(links_table(left, after, known=_known(after)), summary, command="identities undo")


def _meant(links: pl.DataFrame, what: str) -> pl.DataFrame:
    """The links of one decision, by its id or its label."""
    meant = links.filter((pl.col("link_id") == what) | (pl.col("person") == what))
    if meant.is_empty():
        raise usage_error(
            "unknown-link",
            "no link that stands is called {label}",
            hint="list them with: custtier identities",
            label=what,
        )
    return meant


def _known(facts: Facts) -> pl.DataFrame:
    return with_customers(facts.table("known"), facts.accounts).collect()


def _standing(facts: Facts) -> pl.DataFrame:
    links = facts.table("links").collect()
    return with_link_ids(links.filter(pl.col("decision") != WITHDRAWN))


def _link_profiles(links: pl.DataFrame) -> set[str]:
    return {PROFILE, *links["source"].drop_nulls().unique().to_list()}


def _headers() -> dict[str, str]:
    """Header as any of our forms writes it, in lower case → name of the column."""
    names = {name: name for name in NEEDED}
    for lang in LANGUAGES:
        names |= {title_of(name, Catalogue(lang)).lower(): name for name in NEEDED}
    return names


def _added(kept: Store, reading: Reading, *, before: Facts, imported_at: datetime) -> tuple[Outcome, Facts]:
    """The import of links, once it is sure that it changed nobody's orders and sales."""
    outcome = kept.add([reading], imported_at=imported_at)
    after = kept.facts()
    was, is_now = _totals(before), _totals(after)
    if (was.orders, was.gross, was.refunds) != (is_now.orders, is_now.gross, is_now.refunds):
        kept.undo(outcome.import_id, at=imported_at)
        raise store_error(
            "totals-changed",
            "orders and sales would not be the same after the merge; nothing was merged",
            hint="please report this as a bug",
        )
    return outcome, after


def _totals(facts: Facts) -> Totals:
    """Sums over the orders of all customers, each order counted by its account's customer, as views count it."""
    owner = pl.coalesce("customer_key", "account_key").alias("customer_key")
    bought = (
        facts.purchases.filter(pl.col("account_key").is_not_null())
        .group_by("account_key")
        .agg(
            pl.len().alias("orders"),
            pl.col("gross").sum(),
            (pl.col("undated_refund") + pl.col("dated_refund")).sum().alias("refunds"),
        )
        .join(facts.accounts, on="account_key", how="left")
        .with_columns(owner)
        .join(facts.customers.select("customer_key"), on="customer_key")
        .select(pl.col("orders", "gross", "refunds").sum())
        .collect()
    )
    return Totals(customers=facts.customers.select(pl.len()).collect().item(), **bought.row(0, named=True))


def _change(was: Totals, is_now: Totals) -> dict[str, int]:
    return {
        "customers_before": was.customers,
        "customers": is_now.customers,
        "orders": is_now.orders,
        "net_sales_before": was.gross - was.refunds,
        "net_sales": is_now.gross - is_now.refunds,
    }


def _reading(found: Decided, *, path: str, sheet: str, encoding: str, header_row: int) -> Reading:
    """The marked lines as a file of links."""
    rows = found.rows.with_columns(pl.lit(sheet).alias("sheet"))
    rejected = rows.filter(pl.col("outcome") == "rejected")
    cells = [
        json.dumps({name: text for name, text in row.items() if text is not None}, ensure_ascii=False)
        for row in rejected.select(NEEDED).iter_rows(named=True)
    ]
    rejects = rejected.with_columns(pl.lit(path).alias("file"), pl.Series("cells", cells, dtype=pl.String))
    return Reading(
        path=path,
        profile=PROFILE,
        encoding=encoding,
        header_row=header_row,
        rows_read=rows.height,
        # no instant stands in the file, so that of two decisions the later import holds
        file_instant=None,
        orders=empty(ORDERS),
        items=empty(ITEMS),
        refunds=empty(REFUNDS),
        records=conform(rows, RECORDS),
        rejects=conform(rejects, REJECTS),
        lists={"links": found.links},
    )


def _withdrawal(links: pl.DataFrame, *, label: str) -> Reading:
    """A file that takes these links back."""
    taken = withdrawn(links)
    nothing = [pl.lit(None, dtype=pl.String).alias(name) for name in ("reason", "column", *NEEDED)]
    rows = taken.select(
        pl.int_range(1, pl.len() + 1, dtype=pl.Int32).alias("row"),
        pl.lit("kept").alias("outcome"),
        pl.col("link_key").alias("list_key"),
        *nothing,
    )
    return _reading(Decided(taken, rows), path=f"undo {label}", sheet="", encoding="utf-8", header_row=0)


def _rejected_note(reading: Reading, import_id: int) -> tuple[Note, ...]:
    reasons = Counter(reading.rejects["reason"].to_list())
    if not reasons:
        return ()
    values = {"rejected": reasons.total(), "reasons": listed(reasons), "import_id": import_id}
    return (Note("rejected_decisions", values),)


def _applied(outcome: Outcome, reading: Reading, *, before: Facts, after: Facts) -> View:
    file: Mapping[str, Any] = outcome.files[0]
    links = after.table("links").collect()
    mine = with_link_ids(links).filter(pl.col("import_id") == outcome.import_id)
    summary = {
        "import_id": outcome.import_id,
        **{name: file[name] for name in ("rows_read", "new", "updated", "unchanged", "excluded", "rejected")},
        **{name: mine.filter(pl.col("decision") == name)["person"].n_unique() for name in _DECISIONS},
        **_change(_totals(before), _totals(after)),
    }
    return identities_view(
        links_table(mine, after, known=_known(after)),
        summary,
        command="identities apply",
        notes=_rejected_note(reading, outcome.import_id),
        currency=after.extent.currencies[0] if len(after.extent.currencies) == 1 else None,
        excluded=tuple(sorted(file["reasons"].items())),
    )
