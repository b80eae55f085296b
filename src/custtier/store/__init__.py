"""Keeps what was imported: append-only Delta tables, the fold, imports and undo."""

from custtier.store.memory import facts_of
from custtier.store.store import Outcome, Store

__all__ = ["Outcome", "Store", "facts_of"]
