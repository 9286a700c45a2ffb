"""Every SELECT of analytics, by what is asked."""
