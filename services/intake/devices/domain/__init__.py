"""The rules of a phone's branch: in which order its items come, and what becomes of each."""
