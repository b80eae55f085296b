"""Everybody who was added: in whose list, since when, from where, what they said and bought, and which letter."""
