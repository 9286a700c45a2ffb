"""What a unit asks for and somebody else decides: giving a case back (退单)."""
