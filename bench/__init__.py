"""How fast, and how even: the load that the house is put under, and the figures that it reaches."""
