"""Recurring days and area days, as they are answered."""
