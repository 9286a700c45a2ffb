"""The verbs of the door. Each changes rows and says what happened; none commits."""
