"""Customer-list analysis for small sellers: who matters, who is slipping away, what to do on Monday."""

__version__ = "0.1.0"
