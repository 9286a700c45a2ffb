"""Keys to partitions, and partitions to members."""

from hypothesis import given
from hypothesis import strategies as st

from libs.common.bus.partitions import partition_of, share


@given(st.integers(1, 64), st.integers(1, 80))
def test_shares_add_up_and_differ_by_one_at_most(partitions: int, members: int) -> None:
    shares = [share(partitions, members, rank) for rank in range(members)]
    assert sum(shares) == partitions
    assert max(shares) - min(shares) <= 1


def test_a_key_keeps_its_partition_for_ever() -> None:
    """What is in a log was placed by this rule: another rule would break the order of a key."""
    assert [partition_of(key, 8) for key in ("case-1", "case-2", "回音", "")] == [6, 4, 0, 0]
