"""Who has which tag."""
