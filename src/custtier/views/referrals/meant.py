"""Whom a text means that stands where a person is named: a customer by id, phone, account, e-mail or name."""

import polars as pl

from custtier.phones import with_phones
from custtier.views.basis import Basis
from custtier.views.columns.orders import whose


def persons_meant(texts: pl.Series, *, basis: Basis) -> pl.DataFrame:
    """The persons whom each text means. Who is meant by a stronger key is looked at alone.

    An id comes first, then a phone, an account, an e-mail, at last a name or what a contact is noted under.

    Args:
        texts: Different texts, without blanks at their ends.
        basis: Knows the customers, their accounts and contacts.

    Returns:
        One row per text that means anybody: `text`, `persons` (Int64, how many are meant), `person_key` (null where
        these are several).
    """
    if texts.is_empty():
        return pl.DataFrame(schema={"text": pl.String, "persons": pl.Int64, "person_key": pl.Int64})
    asked = texts.alias("text").to_frame()
    with_kind = with_phones(asked.with_columns(phone=pl.col("text"), phone_kind=pl.lit(None, dtype=pl.String)))
    written = with_kind.select(
        "text", pl.when(pl.col("phone_kind") == "full").then("phone").alias("phone")
    ).with_columns(pl.col("text").str.to_lowercase().alias("email"))
    found = pl.concat(
        source.select(pl.col(column).alias("form"), "customer_key")
        .filter(pl.col("form").is_in(written.get_column(form).drop_nulls().unique().implode()))
        .join(written.lazy().select("text", form=form), on="form")
        .select("text", "customer_key", pl.lit(rank, dtype=pl.Int8).alias("rank"))
        for rank, (source, column, form) in enumerate(_sources(basis))
    ).collect()
    strongest = found.group_by("text").agg(pl.col("rank").min())
    return (
        found.join(strongest, on=["text", "rank"])
        .group_by("text")
        .agg(
            pl.col("customer_key").n_unique().cast(pl.Int64).alias("persons"),
            pl.col("customer_key").first().alias("person_key"),
        )
        .with_columns(pl.when(pl.col("persons") == 1).then("person_key").alias("person_key"))
    )


def _sources(basis: Basis) -> list[tuple[pl.LazyFrame, str, str]]:
    """Where customers' texts stand, the strongest first: the frame, its column, the form of the text asked for."""
    columns = ["account_key", "customer_id", "usual_phone", "account", "name", "email"]
    known = whose(basis.facts.table("known", columns=columns), basis)
    noted = whose(basis.facts.table("contacts", columns=["account_key", "remark"]), basis)
    people = basis.facts.customers
    names = [known.select("name", "customer_key"), people.select("name", "customer_key")]
    return [
        (people, "customer_id", "text"),
        (known, "customer_id", "text"),
        (known, "usual_phone", "phone"),
        (people, "phone", "phone"),
        (known, "account", "text"),
        (known, "email", "email"),
        (pl.concat([*names, noted.select(pl.col("remark").alias("name"), "customer_key")]), "name", "text"),
    ]
