"""Visits (走访), rounds and teams held against what intake said of them; and figures of visits with these."""
