"""One row per customer from many orders: one module a metric, written once for every engine."""
