"""Recency, frequency and money: scores, cuts, classes."""
