"""Occasions as they are recorded with their cases, corrected and shown."""
