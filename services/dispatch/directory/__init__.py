"""The county pack (县包): published, read, and what a new one means for open cases."""
