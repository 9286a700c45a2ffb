"""What is counted (计数项), and on which day: the words that facts, roll-ups and answers share."""
