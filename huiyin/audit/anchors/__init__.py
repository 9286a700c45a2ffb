"""Anchors (锚定): what the ledgers said at a moment, signed, and kept where the database's owner cannot change it."""
