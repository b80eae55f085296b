"""Who changed tier or class between two days, and why."""
