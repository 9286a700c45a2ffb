"""The dossier of a grid (网格档案), of six parts (人、地、事、物、情、组织)."""
