"""What a unit does with a case: its list, signing, reports, the result."""
