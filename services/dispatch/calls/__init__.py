"""Summoned units (吹哨报到): each one's task of a case, from the whistle to its end."""
