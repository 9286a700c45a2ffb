"""The rules of followup, pure: how a case may end, which callback counts, when clocks fire and what follows."""
