"""Which classes somebody noted of contacts by hand, and since when files show them."""

import polars as pl

from custtier.facts import NOTED_CLASSES
from custtier.schema import conform


def noted_classes(records: pl.DataFrame, contacts: pl.DataFrame) -> pl.DataFrame:
    """`facts.NOTED_CLASSES`: every change of a noted class, sorted by contact and instant.

    A later file without a class takes none away. Of files of one instant the later import counts; of rows of one file
    that say different things the last by its text, so that the order of rows does not matter.

    Args:
        records: Contacts of any number of imports.
        contacts: What they come to.
    """
    written = pl.col("lead_class").str.strip_chars()
    order = ["contact_key", "file_instant", "import_id"]
    told = (
        records.with_columns(written.alias("lead_class"))
        .filter(pl.col("lead_class").is_not_null() & (pl.col("lead_class") != ""))
        .sort(*order, "lead_class", nulls_last=False)
        .unique(order, keep="last", maintain_order=True)
        .with_columns(pl.col("lead_class").shift(1).over("contact_key").alias("before"))
        .filter(pl.col("lead_class").ne_missing(pl.col("before")))
        .select("contact_key", "lead_class", noted_at="file_instant")
    )
    owners = contacts.select("contact_key", "account_key", "agent")
    return conform(told.join(owners, on="contact_key", how="left", maintain_order="left"), NOTED_CLASSES)
