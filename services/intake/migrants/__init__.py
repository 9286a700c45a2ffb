"""Migrants (外出人员): who is away for work, since when, last in contact when, and what they raised."""
