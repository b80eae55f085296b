"""Rows under a known header become orders, items and refunds."""
