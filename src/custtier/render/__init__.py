"""Writes an answer: text, csv, json, md, xlsx, parquet. Arranges, never computes."""
