"""Recurring days of visits (走访日), and which areas went out on them (片区走访日)."""
