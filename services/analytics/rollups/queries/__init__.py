"""Every SELECT over the roll-ups."""
