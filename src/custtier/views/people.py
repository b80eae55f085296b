"""Who stands behind the rows of a customer table, and in which order the rows are shown."""

import polars as pl

from custtier.facts import Facts


def with_people(table: pl.DataFrame, *, facts: Facts, largest_first: str, rows: int | None = None) -> pl.DataFrame:
    """The rows of `table` with the customers' id, name, phone and platforms, sorted for showing.

    Args:
        table: One row per `customer_key`; uses `largest_first`.
        facts: Knows the customers.
        largest_first: The column to sort by, descending; ties go by `customer_id`, because internal keys never decide
            an order.
        rows: How many rows will be shown; None for all.

    Returns:
        The columns of `table` with `customer_id`, `name`, `phone`, `platforms`. With `rows`, only the first so many,
        and all who tie with the last of them.
    """
    people = facts.customers
    if rows is not None and rows < table.height:
        lowest = table.get_column(largest_first).top_k(max(rows, 1)).min()
        table = table.filter(pl.col(largest_first) >= lowest)
        keys = table.get_column("customer_key").implode()
        people = people.filter(pl.col("customer_key").is_in(keys)).collect(engine="streaming").lazy()
    return (
        table.lazy()
        .join(people, on="customer_key", how="left")
        .sort(largest_first, "customer_id", descending=[True, False])
        .collect(engine="in-memory")
    )
