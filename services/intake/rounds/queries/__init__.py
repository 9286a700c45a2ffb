"""What rounds read: what became of households, the rounds that it concerns, figures and lists."""
