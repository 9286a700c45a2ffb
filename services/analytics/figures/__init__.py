"""Rates, scores and counters (指标), with their numerators, denominators and formulas."""
