"""Stores without an import, made once and copied: making all tables takes longer than a small import.

That a store is made where none is, half-made ones too, is tested by those who say so: `test_store`, `test_safety`.
"""

import shutil
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from custtier.store import Store
from custtier.store.layout import Layout
from custtier.store.tables import private_files
from store.test_store import opened


@cache
def _made() -> TemporaryDirectory[str]:
    folder = TemporaryDirectory()
    with private_files():
        place = Path(folder.name) / "store"
        place.mkdir()
        Layout(place).create()
    return folder


def empty_store(folder: Path) -> Store:
    """A store in `folder`, which does not exist yet."""
    shutil.copytree(Path(_made().name) / "store", folder)
    return opened(folder)
