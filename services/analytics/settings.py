"""The environment of analytics: what all services share, and nothing of its own yet."""

from libs.common.service.settings import CommonSettings


class Settings(CommonSettings):
    """``HUIYIN_*``."""
