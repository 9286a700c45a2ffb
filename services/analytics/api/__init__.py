"""HTTP in: the figures as JSON, and the county page for people."""
