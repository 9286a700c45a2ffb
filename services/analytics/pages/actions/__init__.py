"""What the pages show: the board of now, and what is published for everybody."""
