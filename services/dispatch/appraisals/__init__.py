"""A whistle as a whole (吹哨事项): consulted on, marked as done, its units scored, and both appraised (双考核)."""
