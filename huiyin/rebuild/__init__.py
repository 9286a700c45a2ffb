"""Rebuilding (重建): what was derived from the ledgers is derived again."""
