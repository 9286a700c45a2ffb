"""One module for each figure, or for a few that are measured together: ``run(context) -> list of figures``."""
