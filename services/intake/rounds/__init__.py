"""Rounds of visits (走访轮次): which households stand in each, and how far it has come."""
