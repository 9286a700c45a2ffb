"""The heads of all ledgers as a file of lines, by service, stream and key; each line is a leaf of its service's tree.

The file stands beside the signed root, so that what no longer agrees can be named: a root alone says only that
something does not, and what was the head of a key then, no row of the database can be trusted to tell.
"""

import gzip
import hashlib
from collections.abc import AsyncIterator, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import orjson

from huiyin.audit.anchors.document import Anchor, AnchoredLedger, root_of
from huiyin.audit.anchors.merkle import Tree
from huiyin.audit.queries import SERVICES
from huiyin.audit.snapshot import Row, Snapshot

AT_A_TIME = 2_000
_GZIP_LEVEL = 1
"""Half of a leaf is a hash, which nothing makes smaller."""
_PIECE = 1 << 20
_COLUMNS = 5


class BrokenLeaves(ValueError):
    """The file is not the one that was signed; the message says in what it differs."""


class Leaf(NamedTuple):
    """The head of one key."""

    service: str
    stream: str
    key: str
    seq: int
    hash: bytes


async def pour(cut: Snapshot, path: Path) -> list[AnchoredLedger]:
    """Write all heads of a cut into a file, and say what they come to. Holds some of them at a time."""
    ledgers = []
    with path.open("wb") as raw, gzip.GzipFile("", "wb", _GZIP_LEVEL, raw, mtime=0) as file:
        for service in SERVICES:
            tree, events = Tree(), 0
            async for heads in _heads(cut, service):
                for head in heads:
                    line = line_of(Leaf(service, head["stream"], head["key"], head["seq"], head["hash"]))
                    tree.add(line)
                    file.write(line + b"\n")
                    events += head["seq"]
            last = (await cut.fetch(f"SELECT coalesce(max(id), 0) AS id FROM {service}.ledger"))[0]["id"]  # noqa: S608
            ledgers.append(
                AnchoredLedger(service=service, keys=tree.size, events=events, last_id=last, root=tree.root().hex())
            )
    return ledgers


def read(path: Path) -> Iterator[list[Leaf]]:
    """The leaves of a file, some at a time. BrokenLeaves when it is none."""
    try:
        with gzip.open(path, "rb") as file:
            while some := [_leaf(line) for line in islice(file, AT_A_TIME)]:
                yield some
    except (OSError, EOFError, ValueError) as error:
        raise BrokenLeaves("cannot be read") from error


def check(anchor: Anchor, path: Path) -> None:
    """BrokenLeaves unless the file is the one that was signed, and gives the roots that were."""
    if digest(path) != anchor.leaves.sha256:
        raise BrokenLeaves("are not those that were signed")
    trees = {ledger.service: Tree() for ledger in anchor.ledgers}
    for some in read(path):
        for leaf in some:
            if leaf.service not in trees:
                raise BrokenLeaves(f"name {leaf.service}, of which the anchor says nothing")
            trees[leaf.service].add(line_of(leaf))
    said = {ledger.service: ledger.root for ledger in anchor.ledgers}
    found = {service: tree.root().hex() for service, tree in trees.items()}
    if found != said or root_of(anchor.ledgers) != anchor.root:
        raise BrokenLeaves("do not give the root that was signed")


def line_of(leaf: Leaf) -> bytes:
    """As it is hashed."""
    return orjson.dumps([leaf.service, leaf.stream, leaf.key, leaf.seq, leaf.hash.hex()])


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            found.update(piece)
    return found.hexdigest()


def _leaf(line: bytes) -> Leaf:
    values = orjson.loads(line)
    if not isinstance(values, list) or len(values) != _COLUMNS:
        raise ValueError("no leaf")
    service, stream, key, seq, digest_ = values
    return Leaf(str(service), str(stream), str(key), int(seq), bytes.fromhex(digest_))


async def _heads(cut: Snapshot, service: str) -> AsyncIterator[Sequence[Row]]:
    order = f"stream{cut.collation}, key{cut.collation}"
    sql = f"SELECT stream, key, seq, hash FROM {service}.ledger_head ORDER BY {order}"  # noqa: S608
    async for rows in cut.stream(sql, at_a_time=AT_A_TIME):
        yield rows
