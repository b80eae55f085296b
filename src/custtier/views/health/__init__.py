"""The checks of `doctor`, each a number with a verdict."""
