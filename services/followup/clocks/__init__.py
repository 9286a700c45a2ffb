"""Promised times 时限: one row a clock, started, stopped and handed over."""
