"""Who stands behind the rows of a customer table, and in which order the rows are shown."""

import polars as pl

from custtier.facts import Facts


def with_people(table: pl.DataFrame, *, facts: Facts, largest_first: str) -> pl.DataFrame:
    """The rows of `table` with the customers' id, name, phone and platforms, sorted for showing.

    Args:
        table: One row per `customer_key`; uses `largest_first`.
        facts: Knows the customers.
        largest_first: The column to sort by, descending; ties go by `customer_id`, because internal keys never decide
            an order.

    Returns:
        The columns of `table` with `customer_id`, `name`, `phone`, `platforms`.
    """
    return (
        table.lazy()
        .join(facts.customers, on="customer_key", how="left", maintain_order="none")
        .sort(largest_first, "customer_id", descending=[True, False])
        .collect(engine="in-memory")
    )
