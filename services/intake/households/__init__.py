"""Households (户): who lives where, sealed; what of it may travel, with the day from which it holds."""
