"""The lists of a case (四清单): problem, task, measures, responsibility, and what else the pack has."""
