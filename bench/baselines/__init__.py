"""What the database can do by itself, measured in the same run: the measure of what the house makes of it."""
