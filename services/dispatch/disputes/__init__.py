"""Disputes about whose a case is (职责争议), as they are kept: each session, its hearings and its ruling."""
