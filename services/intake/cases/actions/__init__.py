"""The verbs of cases. Each changes rows and says what happened; none commits."""
