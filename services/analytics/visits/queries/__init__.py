"""What visits read: facts and what surrounds them, sums, and the visits and households behind a number."""
