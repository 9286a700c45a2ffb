"""Phones are registered, given their households, and what they bring back is applied, held or refused, and told."""
