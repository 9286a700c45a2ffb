"""Who of a unit answers for a case in a round (责任人), as dispatch says."""
