"""Promised times 时限: clocks as timers, started, stopped and handed over."""
