"""Choosing a unit, pure: from the pack and what a case says of itself."""
