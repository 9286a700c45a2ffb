"""The cases behind a number (指标明细), the open ones, and the numbers that a case counts in."""
