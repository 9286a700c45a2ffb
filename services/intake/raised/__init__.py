"""Matters raised face to face (当面诉求): at a visit, a collection point, a forum. Each may become a case."""
