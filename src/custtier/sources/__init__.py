"""Reads order exports: what kind of file, which platform's format, which orders are in it."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from custtier.sources.formats.known import known_profiles, profile_named
    from custtier.sources.formats.profile import Profile, load_profiles
    from custtier.sources.read import read_files
    from custtier.sources.reading import Progress, Reading, Readings

__all__ = [
    "Profile",
    "Progress",
    "Reading",
    "Readings",
    "known_profiles",
    "load_profiles",
    "profile_named",
    "read_files",
]

_ROOMS = {
    "Profile": "formats.profile",
    "known_profiles": "formats.known",
    "load_profiles": "formats.profile",
    "profile_named": "formats.known",
    "read_files": "read",
}
"""What lies elsewhere than in `reading`: pydantic comes with it, so it is loaded when it is first asked for."""


def __getattr__(name: str) -> object:
    """What the room gives, loaded now."""
    if name not in __all__:
        raise AttributeError(name)
    from importlib import import_module

    return getattr(import_module(f"custtier.sources.{_ROOMS.get(name, 'reading')}"), name)
