"""What is known of every customer, by name."""
