"""What follows when a time passes: warnings, misses, the ladder's orders, and the loop that sees to it."""
