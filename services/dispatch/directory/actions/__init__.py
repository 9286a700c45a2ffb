"""Publishing packs, and what follows for cases that are open."""
