"""HTTP in for batches."""
