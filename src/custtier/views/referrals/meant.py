"""Whom a text means that stands where a person is named: a customer by id, phone, account, e-mail or name."""

from typing import Final

import polars as pl

from custtier.phones import with_phones
from custtier.schema import PhoneKind
from custtier.views.basis import Basis
from custtier.views.columns.orders import whose

PUBLIC_ID: Final = "c_"
"""What our own ids begin with."""

FEWEST_DIGITS: Final = 7
"""No full phone has fewer."""

MEANT: Final[dict[str, type[pl.DataType]]] = {"text": pl.String, "persons": pl.Int64, "person_key": pl.Int64}
"""`persons` is how many are meant; `person_key` who it is, null where these are several."""


def persons_meant(texts: pl.Series, *, basis: Basis) -> pl.DataFrame:
    """The persons whom each text means. Who is meant by a stronger key is looked at alone.

    An id comes first, then a phone, an account, an e-mail, at last a name or what a contact is noted under.

    Args:
        texts: Different texts, without blanks at their ends.
        basis: Knows the customers, their accounts and contacts.

    Returns:
        `MEANT`, one row per text that means anybody.
    """
    asked = texts.alias("text").to_frame()
    left = asked.join(_phones(asked), on="text", how="left").select(
        "text",
        "phone",
        pl.when(pl.col("text").str.starts_with(PUBLIC_ID)).then("text").alias("id"),
        pl.when(pl.col("text").str.contains("@", literal=True)).then(pl.col("text").str.to_lowercase()).alias("email"),
    )
    parts = [pl.DataFrame(schema=MEANT)]
    for source, column, form in _sources(basis) if texts.len() else ():
        forms = left.select("text", form=form).drop_nulls("form")
        if forms.height:
            parts.append(_found(source.select(pl.col(column).alias("form"), "customer_key"), forms))
            left = left.join(parts[-1], on="text", how="anti")
    return pl.concat(parts)


def _phones(asked: pl.DataFrame) -> pl.DataFrame:
    """`text`, `phone` of the texts that are a full phone; those with too few digits are not looked at."""
    may_be = asked.filter(pl.col("text").str.count_matches(r"\d") >= FEWEST_DIGITS)
    told = with_phones(may_be.with_columns(phone=pl.col("text"), phone_kind=pl.lit(None, dtype=pl.String)))
    return told.filter(pl.col("phone_kind") == PhoneKind.FULL.value).select("text", "phone")


def _found(source: pl.LazyFrame, forms: pl.DataFrame) -> pl.DataFrame:
    """`MEANT` of the texts whose form stands in a source."""
    key = pl.col("customer_key")
    found = source.join(forms.lazy(), on="form").select("text", "customer_key").collect(engine="streaming")
    ends = found.group_by("text").agg(key.min().alias("first"), key.max().alias("last"))
    is_one = pl.col("first") == pl.col("last")
    # to count them all is dear, and few mean several
    several = ends.filter(~is_one).select("text").join(found, on="text").group_by("text")
    return pl.concat(
        [
            ends.filter(is_one).select("text", pl.lit(1, dtype=pl.Int64).alias("persons"), person_key="first"),
            several.agg(key.n_unique().cast(pl.Int64).alias("persons")).with_columns(
                pl.lit(None, dtype=pl.Int64).alias("person_key")
            ),
        ]
    )


def _sources(basis: Basis) -> list[tuple[pl.LazyFrame, str, str]]:
    """Where customers' texts stand, the strongest first: the frame, its column, the form of the text asked for."""
    columns = ["account_key", "customer_id", "usual_phone", "account", "name", "email"]
    known = whose(basis.facts.table("known", columns=columns), basis)
    noted = whose(basis.facts.table("contacts", columns=["account_key", "remark"]), basis)
    people = basis.facts.customers
    names = [known.select("name", "customer_key"), people.select("name", "customer_key")]
    return [
        (people, "customer_id", "id"),
        (known, "customer_id", "id"),
        (known, "usual_phone", "phone"),
        (people, "phone", "phone"),
        (known, "account", "text"),
        (known, "email", "email"),
        (pl.concat([*names, noted.select(pl.col("remark").alias("name"), "customer_key")]), "name", "text"),
    ]
