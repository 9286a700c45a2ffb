"""Visits without a network (离线走访): phones, what they are given, what they bring back, and what became of each."""
