"""The rules of the door, pure: case numbers, where a case stands, and what may be done at the door."""
