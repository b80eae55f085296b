"""A file on disk becomes sheets of text cells, whatever kind of file it is."""
