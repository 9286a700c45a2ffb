"""Accounts over HTTP: as an interface for programs, and as pages for people."""
