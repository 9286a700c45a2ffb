"""Keeping what came of a try to anchor in the database, so that every process can tell it."""

from huiyin.audit.anchors.document import Anchor
from huiyin.audit.snapshot import write_down
from libs.common.delivery.anchor_runs import ANCHORINGS_DDL, INSERT, PRUNE


async def keep_anchoring(url: str, anchor: Anchor | None, behind: int) -> None:
    """Write down which anchor was taken, if one was, and how many stores lack one. DatabaseTrouble, NotThere."""
    said = (None, None, behind) if anchor is None else (anchor.number, anchor.taken_at, behind)
    await write_down(url, "anchoring", *((statement, ()) for statement in ANCHORINGS_DDL), (INSERT, said), (PRUNE, ()))
