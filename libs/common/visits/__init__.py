"""Rules of visits (走访) that more than one service goes by: the one table of denominators and what follows from it."""
