"""Intake (领办的门): takes in complaints, keeps who spoke safe, and answers where a complaint stands."""
