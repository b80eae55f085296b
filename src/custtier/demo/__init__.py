"""An invented shop of any size, from a seed."""
