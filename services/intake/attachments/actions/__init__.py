"""The verbs of files. Each changes rows; none commits."""
