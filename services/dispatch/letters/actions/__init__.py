"""What is done with letters. Each verb changes rows, records the step and says what happened; none commits."""
