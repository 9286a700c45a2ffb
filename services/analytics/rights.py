"""Which right each route of analytics asks for; what roles have it, the library's policy decides."""

from libs.common.security.policy import Right

READ_FIGURES = Right.FIGURE_READ
"""Rates, scores and counters: of the whole reach of the caller, as numbers."""
SEE_CASES = Right.FIGURE_CASES
"""The cases behind a number, the open ones, and what one case counts in."""
OPEN_COUNTY_PAGE = Right.COUNTY_PAGE
"""The board, for a browser."""
