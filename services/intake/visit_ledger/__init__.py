"""The ledger of visits (走访台账) of a community: every visit of a span of days, to print and to go on with."""
