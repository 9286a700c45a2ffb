"""I11: the ledgers still say what was anchored outside the database, and the anchors are a chain."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from huiyin.audit.anchors import leaves
from huiyin.audit.anchors.chain import AnchorChain, check, is_old
from huiyin.audit.anchors.comparing import differences
from huiyin.audit.anchors.document import AnchorFile, shown
from huiyin.audit.anchors.kept import KeptAnchors, look
from huiyin.audit.anchors.stores import AnchorStore
from huiyin.audit.report import Findings, Invariant
from huiyin.audit.snapshot import Snapshot
from libs.common.security.anchor_keys import AnchorPublicKeys

WHERE = "anchors"
"""What a violation names where it is of no service."""


@dataclass(frozen=True, slots=True)
class Anchors:
    """Where anchors are, whose signatures count, and which of them are held against the ledgers."""

    stores: Sequence[AnchorStore]
    keys: AnchorPublicKeys
    now: datetime
    """The machine's time: anchors are of no simulated one."""
    chosen: tuple[int, ...] = ()
    """Numbers, beside the newest one and each of which the next one says that it no longer held."""


async def check_anchors(cut: Snapshot, findings: Findings, anchors: Anchors) -> None:
    """Look at all anchors, and hold some of them against a cut with their scratch table. StoreTrouble."""
    kept = await look(anchors.stores)
    findings.pending["stores of anchors that did not answer"] += len(kept.away)
    chain = check({number: kept.contents(number) for number in kept.numbers()}, anchors.keys, anchors.now)
    for number, message in chain.faults:
        _violated(findings, number, message)
    old = is_old(chain, anchors.now)
    if old is not None:
        findings.violated(Invariant.ANCHOR, "anchor", WHERE, old)
    findings.checked[Invariant.ANCHOR] += len(chain.files)
    findings.pending["nights without an anchor"] += chain.nights_without
    with TemporaryDirectory(prefix="huiyin-anchor-") as folder:
        for number in sorted({*anchors.chosen, *_usual(chain, anchors.keys)}):
            file = chain.files.get(number)
            if file is None:
                _violated(findings, number, "is not there, and was to be held against the ledgers")
            else:
                await hold(cut, findings, kept, file, Path(folder) / "leaves.gz")


def _usual(chain: AnchorChain, keys: AnchorPublicKeys) -> list[int]:
    signed = [file.anchor for file in chain.files.values() if file.signed_by(keys)]
    broken = [anchor.previous.number for anchor in signed if anchor.previous and anchor.previous.differences]
    return [*broken, *(anchor.number for anchor in signed[-1:])]


async def hold(cut: Snapshot, findings: Findings, kept: KeptAnchors, file: AnchorFile, path: Path) -> None:
    """Hold the ledgers of a cut with the scratch table against one anchor, by its leaves, which come into ``path``."""
    anchor = file.anchor
    if not await kept.fetch(anchor.leaves.file, path):
        _violated(findings, anchor.number, f"has no leaves ({anchor.leaves.file}): nothing can be held against it")
        return
    try:
        await asyncio.to_thread(leaves.check, anchor, path)
    except leaves.BrokenLeaves as error:
        _violated(findings, anchor.number, f"has leaves that {error}")
        return
    findings.checked[Invariant.ANCHOR] += anchor.keys
    since = f"the anchor of {shown(anchor.taken_at)} (number {anchor.number}) says otherwise"
    async for one in differences(cut, path):
        findings.violated(Invariant.ANCHOR, one.key, one.service, f"{one.message}; {since}")


def _violated(findings: Findings, number: int, message: str) -> None:
    findings.violated(Invariant.ANCHOR, f"anchor {number}", WHERE, message)
