"""The environment of dispatch."""

from libs.common.run.settings import CommonSettings


class Settings(CommonSettings):
    """Dispatch has no variables of its own: how a place dispatches stands in its county pack."""
