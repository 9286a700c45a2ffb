"""People (人员): who holds which post of which unit, from when to when, as every service knows it."""
