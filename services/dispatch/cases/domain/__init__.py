"""The rules of a case with the units, pure: which step it may take, who may take it, and what it says of itself."""
