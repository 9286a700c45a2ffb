"""Giving cases to units. Each changes rows, records the step and says what happened; none commits."""
