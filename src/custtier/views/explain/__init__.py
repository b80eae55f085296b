"""One customer: the card, the scores and what would change them."""
