"""Rounds open, follow their households, and close."""
