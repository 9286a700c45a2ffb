"""Every SELECT of intake, by what is asked."""
