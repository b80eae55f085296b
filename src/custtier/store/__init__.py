"""Keeps what was imported: append-only Delta tables, the fold, imports and undo."""
