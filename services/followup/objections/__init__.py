"""What a citizen has against the closing of his case 异议, and who decides about it."""
