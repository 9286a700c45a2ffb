"""Visits (走访): what happened at a household's door, what was raised there, and what becomes of the record."""
