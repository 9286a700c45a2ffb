"""The one table of denominators, what follows from it for one household, and what a round counts."""
