"""All matters of a case together, and the gauges over all cases."""
