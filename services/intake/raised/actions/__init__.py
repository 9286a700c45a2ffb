"""What becomes of a matter that was raised: checked, and made a case."""
