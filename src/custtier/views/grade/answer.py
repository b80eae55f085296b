"""How many contacts have each letter, who they are and why, whom we lost, and what staff had expected of them."""

from collections.abc import Sequence
from typing import Final

import polars as pl

from custtier.errors import nothing_error
from custtier.facts import Facts, Note
from custtier.grading import GRADES, UNKNOWN
from custtier.models.proportions import wilson
from custtier.views.basis import Basis, totals_in
from custtier.views.grade.noted import noted
from custtier.views.grade.reasons import reason_text
from custtier.views.leads.joining import joining_notes
from custtier.views.leads.leads import Leads
from custtier.views.view import View

GRADE_COLUMNS: Final = ("grade", "contacts", "share", "share_low", "share_high")
"""Columns of the table `grades`."""

CONTACT_COLUMNS: Final = (
    "customer_id",
    "name",
    "phone",
    "agent",
    "channel",
    "grade",
    "reason",
    "added_on",
    "last_incoming_on",
    "incoming_count",
    "incoming_days",
    "outgoing_count",
    "first_order_on",
    "lead_class",
    "is_customer_before",
    "is_deleted",
    "deleted_on",
    "adding_count",
    "entry_count",
    "campaign",
    "referrer",
    "grade_reason",
)
"""Columns of the table `contacts`."""

LOST_COLUMNS: Final = (
    "customer_id", "name", "phone", "agent", "channel", "deleted_on", "order_count", "net_sales", "last_order_on",
)  # fmt: skip
"""Columns of the table `lost_customers`."""


def grade(
    basis: Basis, leads: Leads, *, zone: str, letters: Sequence[str] = (), lang: str = "en", rows: int | None = None
) -> View:
    """Every person who had been added by the day observed, with their letter.

    Args:
        basis: The orders used, and the day observed.
        leads: Of `views.leads.leads.leads_of`.
        zone: The shop's.
        letters: List only contacts with these, `unknown` for those without; the shares stay those of all. Then the
            list comes first.
        lang: A language of `text.grade_reasons`.
        rows: How many contacts will be shown; None for all.

    Returns:
        Tables `grades` (`GRADE_COLUMNS`: a row for each letter, and `unknown` where there are any), `contacts`
        (`CONTACT_COLUMNS`, one row a person, those with the better letter and the latest talk first),
        `lost_customers` (`LOST_COLUMNS`: buyers who have deleted us, those with most net sales first) and, where staff
        noted any, those of `noted.noted`.

    Raises:
        CusttierError: `no-contacts` when nobody had been added.
    """
    people = leads.people
    if people.is_empty():
        raise nothing_error(
            "no-contacts",
            "nobody had been added by {as_of} among the contacts asked for",
            hint="import a contact list, or chats; a table to fill in: custtier template contacts",
            as_of=basis.as_of,
        )
    listed = people if not letters else people.filter(pl.col("grade").fill_null(UNKNOWN).is_in(list(letters)))
    tables = {
        "grades": letter_shares(people),
        "contacts": _contacts(listed, basis=basis, lang=lang, rows=rows),
    }
    lost = _lost(people, basis=basis)
    if lost.height:
        tables["lost_customers"] = lost
    tables_of_staff, said = noted(people, basis=basis, zone=zone)
    tables |= tables_of_staff
    without_orders = () if basis.facts.extent.purchases else (Note("grades_without_orders"),)
    first = "contacts" if letters else "grades"
    return View(
        command="grade",
        parameters={"grade": list(letters)} if letters else {},
        summary=_summary(people, leads=leads, lost=lost),
        tables={first: tables[first], **tables},
        heights={"contacts": listed.height},
        notes=(*leads.notes, *without_orders, *joining_notes(people, basis=basis), *said),
        as_of=basis.as_of,
        data_through=basis.facts.extent.data_through,
        currency=basis.currency,
    )


def letter_shares(contacts: pl.DataFrame) -> pl.DataFrame:
    """`GRADE_COLUMNS`: each letter, best first, and `unknown` where there are any; shares are of all contacts.

    Args:
        contacts: Uses `grade`; at least one row.
    """
    counts = dict(contacts.group_by("grade").len().iter_rows())
    codes = [*GRADES, *([None] if counts.get(None) else [])]
    rows = []
    for code in codes:
        count = counts.get(code, 0)
        low, high = wilson(count, contacts.height) or (None, None)
        rows.append((code or UNKNOWN, count, count / contacts.height, low, high))
    kinds = (pl.String, pl.Int64, pl.Float64, pl.Float64, pl.Float64)
    return pl.DataFrame(rows, schema=dict(zip(GRADE_COLUMNS, kinds, strict=True)), orient="row")


def _summary(people: pl.DataFrame, *, leads: Leads, lost: pl.DataFrame) -> dict[str, object]:
    known = people["grade"].drop_nulls()
    return {
        "contacts": people.height,
        "entries": leads.entries.height,
        "graded_contacts": known.len(),
        **{f"grade_{letter.lower()}": int((known == letter).sum()) for letter in GRADES},
        "unknown_contacts": people.height - known.len(),
        "former_buyers": int(people["is_customer_before"].sum()),
        "lost_customers": lost.height,
        "lost_sales": int(lost["net_sales"].sum()),
    }


def _contacts(listed: pl.DataFrame, *, basis: Basis, lang: str, rows: int | None) -> pl.DataFrame:
    """The table `contacts`."""
    latest = pl.max_horizontal("last_incoming_on", "first_order_on", "last_added_on")
    placed = listed.with_columns(latest.alias("latest_on"), pl.col("grade").fill_null(UNKNOWN).alias("letter"))
    shown = placed if rows is None else _first(placed, rows)
    named = with_names(shown, facts=basis.facts)
    table = named.sort(
        "letter",
        "latest_on",
        "customer_id",
        "name",
        "contact_key",
        descending=[False, True, False, False, False],
        nulls_last=True,
    ).with_columns(
        reason_text(as_of_day=basis.as_of_day, lang=lang).alias("reason"),
        pl.col("letter").alias("grade"),
    )
    return table.select(CONTACT_COLUMNS).head(table.height if rows is None else rows)


def _first(placed: pl.DataFrame, rows: int) -> pl.DataFrame:
    """Those who may stand among the first rows: all who tie with the last of them are among them."""
    if rows >= placed.height:
        return placed
    order = placed.group_by("letter", "latest_on").len()
    order = order.sort("letter", "latest_on", descending=[False, True], nulls_last=True)
    letter, day, _ = order.row(int((order["len"].cum_sum() < max(rows, 1)).sum()))
    is_better = pl.col("letter") < letter
    if day is None:
        return placed.filter(is_better | (pl.col("letter") == letter))
    return placed.filter(is_better | ((pl.col("letter") == letter) & (pl.col("latest_on") >= day)))


def with_names(rows: pl.DataFrame, *, facts: Facts) -> pl.DataFrame:
    """`rows` with `customer_id`, `name` and `phone`: as customers, else as the contact list calls them.

    Args:
        rows: Uses `customer_key`, `contact_key`.
        facts: Knows the customers and the contact lists.
    """
    keys = rows.select(pl.col("customer_key").drop_nulls().unique())
    people = facts.customers.join(keys.lazy(), on="customer_key", how="semi").select(
        "customer_key", "customer_id", "name", "phone"
    )
    found = rows.join(people.collect(engine="streaming"), on="customer_key", how="left", maintain_order="left")
    nameless = found.filter(pl.col("name").is_null()).select("contact_key")
    if nameless.is_empty():
        return found
    called = (
        facts.table("contacts", columns=["contact_key", "name", "remark", "phone"])
        .join(nameless.lazy(), on="contact_key", how="semi")
        .select("contact_key", pl.coalesce("name", "remark").alias("called"), pl.col("phone").alias("listed_phone"))
        .collect()
    )
    return (
        found.join(called, on="contact_key", how="left", maintain_order="left")
        .with_columns(
            pl.coalesce("name", "called").alias("name"),
            pl.when(pl.col("customer_key").is_null()).then("listed_phone").otherwise("phone").alias("phone"),
        )
        .drop("called", "listed_phone")
    )


def _lost(people: pl.DataFrame, *, basis: Basis) -> pl.DataFrame:
    """The table `lost_customers`."""
    gone = people.filter((pl.col("grade") == "A") & pl.col("is_deleted"))
    if gone.is_empty():
        return pl.DataFrame(schema=dict.fromkeys(LOST_COLUMNS, pl.String)).with_columns(
            pl.col("order_count", "net_sales").cast(pl.Int64)
        )
    totals = totals_in(basis).select("customer_key", "order_count", "net_sales", "last_day")
    return (
        with_names(gone.join(totals, on="customer_key", how="left"), facts=basis.facts)
        .with_columns(pl.from_epoch("last_day", time_unit="d").alias("last_order_on"))
        .sort("net_sales", "customer_id", descending=[True, False], nulls_last=True)
        .select(LOST_COLUMNS)
    )
