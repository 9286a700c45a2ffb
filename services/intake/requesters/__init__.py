"""Who spoke (诉求人): sealed as it comes in, shown masked."""
