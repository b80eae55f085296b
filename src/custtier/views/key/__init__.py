"""The few customers worth one-to-one care."""
