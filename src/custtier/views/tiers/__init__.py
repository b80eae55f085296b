"""Customers by net sales: tiers, who is near, slips, rises."""
