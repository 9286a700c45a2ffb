"""Requests to other machines: never to one that is not meant to be reached from here (SSRF)."""
