"""Firing what is due: one timer, all of a case up to a moment, all cases in the order of time."""
