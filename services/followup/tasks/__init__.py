"""Tasks of units beside the lead of a case: the clock of each, as dispatch tells of them."""
