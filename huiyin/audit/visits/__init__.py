"""Visits (走访), their rounds and the teams that go out, held against what intake said on the topic ``visits``."""
