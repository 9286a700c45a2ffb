"""Sealing anew (重新密封) what is kept of cases: under another key of the vault, or another key of the index."""
