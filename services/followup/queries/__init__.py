"""Every SELECT of followup."""
