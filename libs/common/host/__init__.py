"""Putting a service together in a process and keeping it running."""
