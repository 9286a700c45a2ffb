"""Complaints by the hundred (批量登记): NDJSON, one a line."""
