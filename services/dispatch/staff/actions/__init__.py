"""Changing, importing, showing and reaching people. Each changes rows and says what happened; none commits."""
