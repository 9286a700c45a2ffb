"""Visits (走访): the second subject of the fold, one fact a household with its visits, and the figures of them."""
