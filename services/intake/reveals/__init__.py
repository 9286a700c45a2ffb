"""Looks at who spoke (查看记录): unmasked with a reason, and on the record."""
