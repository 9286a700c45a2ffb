"""Consulting on a whistle, marking it as done, scoring its units, claiming and deciding. None commits."""
