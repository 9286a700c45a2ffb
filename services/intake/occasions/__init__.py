"""Occasions (活动): collecting at a point 民情收集, a forum 座谈会, an office that meets on the spot 现场办公会."""
