"""What is done with households."""
