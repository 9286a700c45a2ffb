"""What is known of a household and its visits, what it counts as, and how it is kept."""
