"""What units do with a case. Each verb changes rows, records the step and says what happened; none commits."""
