"""Taking an anchor: all heads on one cut, held against the anchor before, signed, and given to every store."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from huiyin.audit.anchors import leaves
from huiyin.audit.anchors.comparing import SCRATCH, differences
from huiyin.audit.anchors.document import Anchor, AnchorFile, Leaves, Previous, name_of, root_of, sign
from huiyin.audit.anchors.kept import KeptAnchors, fill_up, look, put
from huiyin.audit.anchors.stores import AnchorStore, StoreTrouble
from huiyin.audit.queries import check_all_there
from huiyin.audit.snapshot import Snapshot, open_cut
from libs.common.errors import Conflict
from libs.common.logs import get_logger
from libs.common.security.anchor_keys import AnchorPublicKeys, AnchorSigner

log = get_logger(__name__)

_PLACE = "SELECT place_code FROM intake.pack ORDER BY version DESC LIMIT 1"
_NAMED = 20
"""Differences that are logged one by one."""


@dataclass(frozen=True, slots=True)
class Taken:
    """An anchor that at least one store has. ``failed`` are those that lack it, or another one."""

    file: AnchorFile
    failed: tuple[str, ...]


class NotKept(Exception):
    """No store took the anchor; what was signed is in the log alone."""


class NoKnownKey(Exception):
    """There are anchors, and none is signed by a key that is known here: none of them can be followed."""


@dataclass(frozen=True, slots=True)
class Anchoring:
    """Who takes anchors: where they are kept, who signs, and whose signatures of before count."""

    stores: Sequence[AnchorStore]
    signer: AnchorSigner
    keys: AnchorPublicKeys


async def take(url: str, anchoring: Anchoring, now: datetime) -> Taken:
    """Take the next anchor.

    Raises:
        DatabaseTrouble, NotThere: of the database.
        StoreTrouble: no store answers, so that nobody knows which anchor was the last.
        NoKnownKey: the keys of those before are missing.
        NotKept: no store took it.
    """
    stores, signer = anchoring.stores, anchoring.signer
    with TemporaryDirectory(prefix="huiyin-anchor-") as name:
        folder = Path(name)
        kept = await look(stores)
        poured = folder / "leaves.gz"
        before = kept.newest(anchoring.keys)
        if before is None and kept.numbers():
            raise NoKnownKey
        anchor = await _said(url, _Before(kept, before), poured, now)
        anchor = anchor.model_copy(update={"key_id": signer.key_id})
        file = sign(anchor, signer)
        # First of all: whatever comes of the stores, what was signed is in the log.
        log.info(
            "ledgers anchored",
            anchor=file.digest,
            anchor_number=anchor.number,
            root=anchor.root,
            key_id=anchor.key_id,
            count=anchor.keys,
        )
        failed = await _keep(kept, file, poured, folder)
    if len(failed) == len(stores):
        raise NotKept
    return Taken(file, tuple(failed))


async def send_again(stores: Sequence[AnchorStore]) -> list[str]:
    """Give each store what it lacks of what the others have; which still fail. StoreTrouble when none answers."""
    with TemporaryDirectory(prefix="huiyin-anchor-") as folder:
        return await fill_up(await look(stores), Path(folder))


async def _said(url: str, before: "_Before", poured: Path, now: datetime) -> Anchor:
    async with open_cut(url, "anchor", scratch=[SCRATCH]) as cut:
        await check_all_there(cut)
        ledgers = await leaves.pour(cut, poured)
        previous = await before.held_against(cut, poured.with_name("before.gz"))
        places = await cut.fetch(_PLACE)
    number = 1 if previous is None else previous.number + 1
    digest = await asyncio.to_thread(leaves.digest, poured)
    return Anchor(
        number=number,
        taken_at=now,
        place=places[0]["place_code"] if places else None,
        previous=previous,
        ledgers=tuple(ledgers),
        root=root_of(ledgers),
        leaves=Leaves(file=f"{number:06d}-{digest[:16]}.leaves.gz", sha256=digest),
        key_id="",
    )


@dataclass(frozen=True, slots=True)
class _Before:
    """The anchor before, if there is one."""

    kept: KeptAnchors
    file: AnchorFile | None

    async def held_against(self, cut: Snapshot, path: Path) -> Previous | None:
        """What is said of it: by how many keys the ledgers differ from it; unknown when its leaves cannot be had."""
        if self.file is None:
            return None
        anchor = self.file.anchor
        try:
            count: int | None = await self._count(cut, anchor, path)
        except leaves.BrokenLeaves:
            log.exception("leaves of the anchor before cannot be used", anchor_number=anchor.number)
            count = None
        return Previous(number=anchor.number, sha256=self.file.digest, differences=count)

    async def _count(self, cut: Snapshot, anchor: Anchor, path: Path) -> int:
        if not await self.kept.fetch(anchor.leaves.file, path):
            raise leaves.BrokenLeaves("are not there")
        await asyncio.to_thread(leaves.check, anchor, path)
        count = 0
        async for one in differences(cut, path):
            count += 1
            if count <= _NAMED:
                log.error("ledger rewritten", service=one.service, case_id=one.key, anchor_number=anchor.number)
        return count


async def _keep(kept: KeptAnchors, file: AnchorFile, poured: Path, folder: Path) -> list[str]:
    failed = set(await fill_up(kept, folder))
    name = name_of(file.anchor.number)
    (folder / name).write_bytes(file.content)
    for one in kept.stored:
        if one.store.name in failed:
            continue
        try:
            await put(one, file.anchor.leaves.file, poured)
            await put(one, name, folder / name)
        except (StoreTrouble, Conflict):
            failed.add(one.store.name)
    return sorted(failed)
