"""The embedded bus (内嵌总线): the log kept in the PostgreSQL that is there anyway."""

from libs.common.bus.embedded.bus import EmbeddedBus

__all__ = ["EmbeddedBus"]
