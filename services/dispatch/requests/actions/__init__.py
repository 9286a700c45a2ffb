"""Asking, and deciding on what was asked. Each verb changes rows, records the step and says so; none commits."""
