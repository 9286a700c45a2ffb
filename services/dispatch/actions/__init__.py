"""The verbs of dispatch. Each changes rows, records the step and says what happened; none commits."""
