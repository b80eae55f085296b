"""Drafts a profile for an export that no profile knows: from its headers and from the look of its values."""
