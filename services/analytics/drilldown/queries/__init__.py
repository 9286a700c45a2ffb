"""Every SELECT behind a number."""
