"""The integers of all cases (汇总), added up by day, area, unit and category, fine and coarse."""
