"""What customers will bring: chances of staying, orders, sales, and how far off these may be."""
