"""Events that services say to each other about the bus itself."""

from typing import ClassVar

from libs.common.events.base import Event


class ResendRequested(Event):
    """A reader found a gap: the source is asked to send again, from its ledger, what it said of one key.

    ``about`` is that key; empty, every key of the stream is meant: whoever asks has never heard of any.
    """

    type_name: ClassVar[str] = "cn.huiyin.ops.resend_requested"

    source: str
    stream: str
    about: str
    from_seq: int

    @property
    def key(self) -> str:
        return self.source
