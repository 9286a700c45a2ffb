"""Rows of counts, and the day that they stand on: what facts, roll-ups and answers share."""
