"""The pure rules of facts: what is known of a case, and what it counts as."""
