"""What is shown and measured, without changing anything."""
