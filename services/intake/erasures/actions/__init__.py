"""Erasing who spoke in a case, and who lived in a household."""
