"""Rules that give a tag to customers: how they are written, read and checked, before anything is counted."""
