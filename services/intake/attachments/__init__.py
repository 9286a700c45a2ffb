"""Files about a case (附件): what the citizen sends, what a unit shows of its work. One store for all services."""
