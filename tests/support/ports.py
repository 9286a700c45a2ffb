"""TCP ports for servers that a test starts."""

import socket
from contextlib import ExitStack

from libs.programs.launch import free_port

__all__ = ["free_port", "free_ports"]


def free_ports(count: int) -> list[int]:
    """So many different free ports on 127.0.0.1."""
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
