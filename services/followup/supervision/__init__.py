"""Orders of supervision 催办、督办: by the ladder or by a supervisor."""
