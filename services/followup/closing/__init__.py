"""The end of a case 销号."""
