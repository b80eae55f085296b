"""Who has stopped buying, or is about to."""
