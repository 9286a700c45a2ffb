"""The environment of dispatch."""

from pathlib import Path

from libs.common.service.settings import CommonSettings


class Settings(CommonSettings):
    """How a place dispatches stands in its county pack; here only where the first one comes from."""

    seed_pack: Path | None = None
    """A pack's folder, which a worker publishes when no pack was ever loaded; later it is not looked at."""
