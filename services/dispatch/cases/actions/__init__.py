"""The verbs of a case. Each changes rows, records the step and says what happened; none commits."""
