"""Which right each route of analytics asks for; what roles have it, the library's policy decides."""

from libs.common.security.right import Right

READ_FIGURES = Right.FIGURE_READ
"""Rates, scores and counters: of the whole reach of the caller, as numbers."""
SEE_CASES = Right.FIGURE_CASES
"""The cases behind a number, the open ones, and what one case counts in."""
OPEN_CASE = Right.CASE_READ
"""The case itself, at its door: who has not this right is told the days of a case's times, not the minutes."""
READ_PUBLISHED = Right.PUBLISHED_READ
"""What is published for everybody of the place."""
OPEN_COUNTY_PAGE = Right.COUNTY_PAGE
"""For a browser: the board of now for those who see figures of now, what is published for all others."""
READ_OWN_VISITS = Right.VISIT_FIGURE_OWN
"""What counts for oneself, by one's own staff record and no other."""
