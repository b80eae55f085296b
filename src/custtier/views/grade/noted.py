"""What staff had noted of leads: the tables of classes, and whether the notes tell who buys."""

from collections.abc import Sequence
from typing import Final

import polars as pl

from custtier.facts import Note
from custtier.views.basis import Basis
from custtier.views.columns.orders import whose
from custtier.views.grade.classes import (
    OTHER,
    SCHEMES,
    Ranking,
    changes,
    class_codes,
    classes,
    open_when_noted,
    rankings,
)
from custtier.views.leads.days import day_in, end_of
from custtier.views.spoken import spoken_share

_SHOWN: Final = 10


def noted(people: pl.DataFrame, *, basis: Basis, zone: str) -> tuple[dict[str, pl.DataFrame], list[Note]]:
    """The tables `classes` and, where any class was followed by another, `class_changes`; and what they say.

    Whether notes tell who buys is judged by those who had not bought when their class was first shown, and by whether
    they bought after it; where these are too few, by all, and by whether they bought at all since they were added.

    Args:
        people: `views.leads.leads.Leads.people`.
        basis: The day observed, and the classes behind it.
        zone: The shop's.
    """
    coded = people.with_columns(class_codes(people["lead_class"]).alias("lead_code"))
    if coded["lead_code"].null_count() == coded.height:
        return {}, []
    changed = _changes_of(people, basis=basis, zone=zone)
    first_ever = pl.min_horizontal("first_order_on", "bought_before_on").alias("first_ever_on")
    told = coded.with_columns(first_ever).join(
        _noted_on(changed, zone=zone), on=["customer_key", "lead_class"], how="left", maintain_order="left"
    )
    tables = {"classes": classes(told)}
    moved = changes(changed)
    if moved.height:
        tables["class_changes"] = moved
    return tables, _remarks(told)


def _changes_of(people: pl.DataFrame, *, basis: Basis, zone: str) -> pl.DataFrame:
    """Every change of a class of these people up to the day observed: with `customer_key`, `lead_code`."""
    columns = ["contact_key", "account_key", "lead_class", "noted_at"]
    seen = (pl.col("noted_at") < end_of(basis.as_of, zone=zone)).fill_null(value=False)
    rows = whose(basis.facts.table("noted_classes", columns=columns).filter(seen), basis)
    keys = people.lazy().select(pl.col("customer_key").drop_nulls().unique())
    found = rows.join(keys, on="customer_key", how="semi").collect(engine="streaming")
    return found.with_columns(class_codes(found["lead_class"]).alias("lead_code"))


def _noted_on(changed: pl.DataFrame, *, zone: str) -> pl.DataFrame:
    """`customer_key`, `lead_class`, `noted_on`: since when each entry's present class is shown, the first of them."""
    last = changed.sort("contact_key", "noted_at", "lead_class").unique("contact_key", keep="last", maintain_order=True)
    return last.group_by("customer_key", "lead_class").agg(
        day_in(pl.col("noted_at").min(), zone=zone).alias("noted_on")
    )


def _remarks(told: pl.DataFrame) -> list[Note]:
    ahead = open_when_noted(told)
    ranked = rankings(ahead, bought="first_ever_on")
    notes = [Note("classes_ahead")] if ranked else [Note("classes_as_imported")]
    for one in ranked or rankings(told, bought="first_order_on"):
        notes.append(Note(f"classes_rank_{one.verdict}", _said(one, told)))
    others = told.filter(pl.col("lead_code") == OTHER)["lead_class"].unique().sort().to_list()
    if others:
        notes.append(Note("classes_unknown", {"count": len(others), "classes": ", ".join(others[:_SHOWN])}))
    return notes


def _said(one: Ranking, told: pl.DataFrame) -> dict[str, object]:
    return {
        "classes": _written(told, SCHEMES[one.scheme]),
        "contacts": one.contacts,
        "chance": spoken_share(one.chance),
        "low": spoken_share(one.low),
        "high": spoken_share(one.high),
    }


def _written(told: pl.DataFrame, codes: Sequence[str]) -> str:
    """The classes as staff wrote them, best first."""
    texts = told.filter(pl.col("lead_code").is_in(list(codes))).select("lead_code", "lead_class").unique()
    place = pl.col("lead_code").replace_strict({code: place for place, code in enumerate(codes)})
    return ", ".join(texts.sort(place, "lead_class")["lead_class"].to_list()[:_SHOWN])
