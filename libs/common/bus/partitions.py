"""Which partition a key belongs to, and the share of the partitions that a member of a group may hold."""

from zlib import crc32


def partition_of(key: str, partitions: int) -> int:
    """The partition that holds every record of ``key``."""
    return crc32(key.encode()) % partitions


def share(partitions: int, members: int, rank: int) -> int:
    """How many partitions the member with place ``rank`` (0 is the first) in a group of ``members`` may hold.

    The shares of all members add up to ``partitions`` and differ by one at most.
    """
    whole, rest = divmod(partitions, members)
    return whole + (1 if rank < rest else 0)
