"""Replays exports of real complaints through the whole house in simulated time (回放)."""
