"""Visits are recorded, corrected, voided and shown."""
