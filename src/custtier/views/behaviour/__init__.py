"""Customers who behave alike, in groups and in words."""
