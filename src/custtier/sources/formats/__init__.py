"""The formats that are known, as data, and which of them a sheet is of."""
