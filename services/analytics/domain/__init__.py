"""The pure rules of analytics: what is known of a case, what it counts as, and how counts become rates."""
