"""Forming, changing and dissolving teams, and keeping who was there. None of it commits."""
