"""Figures of visits (走访): what households count as, and what surrounds them, held against the ledgers and intake."""
