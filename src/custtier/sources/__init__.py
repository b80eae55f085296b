"""Reads order exports: what kind of file, which platform's format, which orders are in it."""

from custtier.sources.profile import Profile, load_profiles, profile_names
from custtier.sources.read import read_files
from custtier.sources.reading import Progress, Reading, Readings

__all__ = ["Profile", "Progress", "Reading", "Readings", "load_profiles", "profile_names", "read_files"]
