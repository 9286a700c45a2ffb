"""What a unit asks for and somebody else decides: giving a case back (退单), more time (延期), a suspension (挂账)."""
