"""What was granted to a unit (延期、挂账), and what it means for the clocks of its case."""
