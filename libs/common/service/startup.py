"""How far a process has come on its way from its first line to its first request."""

STARTED = ""


class Startup:
    """Written by the host, read by the door and by readiness.

    A process answers from its first second: what it still waits for can be read there, and nobody has to restart it.
    ``waits_for`` is a few words; empty when everything is there that the service needs to answer requests.
    """

    def __init__(self, waits_for: str = STARTED) -> None:
        self.waits_for = waits_for

    @property
    def done(self) -> bool:
        """Whether requests are answered."""
        return self.waits_for == STARTED
