"""Visiting teams (走访工作队): formed by the pack's rules, nobody in two on one day, and who of them was there."""
