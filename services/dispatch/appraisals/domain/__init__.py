"""The rules of whistles as a whole, pure: consulting, the done mark, scores, and what summoned units claim."""
