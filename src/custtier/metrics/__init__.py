"""What orders add up to: lazy Narwhals queries from purchases to one row per customer."""
