"""What is done with mediations."""
