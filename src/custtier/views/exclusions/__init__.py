"""What the rules take out, and what detectors suspect."""
