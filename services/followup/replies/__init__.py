"""What a unit answers to an order 督办回复."""
