"""What others say of a case, round by round."""
