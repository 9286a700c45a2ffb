"""Duty rules (职责规则): a ruling that settles cases like its own from a moment on, shown by a dry run first."""
