"""A PostgreSQL of our own, for `huiyin run` and for tests: its data folder, its server, and what keeps it up."""
