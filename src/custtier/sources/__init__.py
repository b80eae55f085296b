"""Reads order exports: what kind of file, which platform's format, which orders are in it."""
