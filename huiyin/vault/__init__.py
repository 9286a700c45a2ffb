"""Keeping the vaults: what is sealed under which key, sealing it anew, and finding phones by another index."""
