"""Figures of plain columns, one value per customer; they know no files and no dates."""
