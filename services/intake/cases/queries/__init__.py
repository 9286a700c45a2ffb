"""Every SELECT about cases, by what is asked."""
