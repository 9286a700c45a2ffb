"""A Merkle tree as RFC 6962 has it, leaf by leaf: it holds one hash for each power of two, however many leaves."""

import hashlib

_LEAF, _NODE = b"\x00", b"\x01"
"""A leaf can never be taken for a node: they are hashed apart."""


class Tree:
    """Leaves in their order; the root says all of them and their order."""

    def __init__(self) -> None:
        self.size = 0
        self._full: list[bytes] = []
        """Roots of the full subtrees, the largest first."""

    def add(self, leaf: bytes) -> None:
        """One more leaf at the right."""
        node = hashlib.sha256(_LEAF + leaf).digest()
        size = self.size
        while size & 1:
            node = _joined(self._full.pop(), node)
            size >>= 1
        self._full.append(node)
        self.size += 1

    def root(self) -> bytes:
        """The hash over all; of no leaves that of nothing."""
        if not self._full:
            return hashlib.sha256().digest()
        *left, node = self._full
        for one in reversed(left):
            node = _joined(one, node)
        return node


def _joined(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(_NODE + left + right).digest()
