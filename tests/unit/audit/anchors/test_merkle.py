"""The tree is that of RFC 6962, whichever way it is built, and its root says every leaf and their order."""

import hashlib
from collections.abc import Sequence

from hypothesis import assume, given
from hypothesis import strategies as st

from huiyin.audit.anchors.merkle import Tree

LEAVES = st.lists(st.binary(max_size=8), max_size=70)


def root(leaves: Sequence[bytes]) -> bytes:
    tree = Tree()
    for leaf in leaves:
        tree.add(leaf)
    assert tree.size == len(leaves)
    return tree.root()


def as_rfc_6962_says(leaves: Sequence[bytes]) -> bytes:
    """Section 2.1: split at the largest power of two below the count."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    split = 1 << (len(leaves) - 1).bit_length() - 1
    left, right = as_rfc_6962_says(leaves[:split]), as_rfc_6962_says(leaves[split:])
    return hashlib.sha256(b"\x01" + left + right).digest()


def path(leaves: Sequence[bytes], index: int) -> list[tuple[bool, bytes]]:
    """Section 2.1.1: what has to be known beside a leaf, and whether it stands to its left."""
    if len(leaves) == 1:
        return []
    split = 1 << (len(leaves) - 1).bit_length() - 1
    if index < split:
        return [*path(leaves[:split], index), (False, as_rfc_6962_says(leaves[split:]))]
    return [*path(leaves[split:], index - split), (True, as_rfc_6962_says(leaves[:split]))]


def test_of_the_rfc_s_own_example() -> None:
    leaves = [bytes.fromhex(text) for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657")]
    leaves.append(bytes(range(0x60, 0x70)))
    assert root([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert root(leaves[:1]).hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert root(leaves[:3]).hex() == "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"
    assert root(leaves).hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


@given(LEAVES)
def test_leaf_by_leaf_is_the_same_as_by_halves(leaves: list[bytes]) -> None:
    assert root(leaves) == as_rfc_6962_says(leaves)


@given(LEAVES, st.data())
def test_each_leaf_is_in_the_root(leaves: list[bytes], data: st.DataObject) -> None:
    assume(leaves)
    index = data.draw(st.integers(0, len(leaves) - 1))
    node = hashlib.sha256(b"\x00" + leaves[index]).digest()
    for on_the_left, other in path(leaves, index):
        node = hashlib.sha256(b"\x01" + (other + node if on_the_left else node + other)).digest()
    assert node == root(leaves)


@given(LEAVES, LEAVES)
def test_other_leaves_or_another_order_have_another_root(one: list[bytes], other: list[bytes]) -> None:
    assert (root(one) == root(other)) == (one == other)


@given(LEAVES, st.data())
def test_two_that_change_places_are_seen(leaves: list[bytes], data: st.DataObject) -> None:
    assume(len(set(leaves)) > 1)
    first, second = data.draw(st.permutations(range(len(leaves))))[:2]
    assume(leaves[first] != leaves[second])
    swapped = list(leaves)
    swapped[first], swapped[second] = swapped[second], swapped[first]
    assert root(swapped) != root(leaves)


def test_a_node_is_never_taken_for_a_leaf() -> None:
    left, right = (hashlib.sha256(b"\x00" + leaf).digest() for leaf in (b"a", b"b"))
    assert root([left + right]) != root([b"a", b"b"])
