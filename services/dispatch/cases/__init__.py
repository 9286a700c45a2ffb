"""The case with the units: where it stands, what others say about it, and its history."""
