"""Which households come into which turn, and in what order a list is walked."""
