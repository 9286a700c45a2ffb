"""Policies that households may be owed (帮扶政策): which are to be looked at, and what became of each."""
