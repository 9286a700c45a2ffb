"""What the stores keep: the anchors of each, read together, so that what one lacks or has otherwise is seen."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from filecmp import cmp
from pathlib import Path

from huiyin.audit.anchors.document import AnchorFile, NotAnAnchor, name_of, number_of, parse
from huiyin.audit.anchors.stores import AlreadyThere, AnchorStore, StoreTrouble
from libs.common.errors import Conflict
from libs.common.security.anchor_keys import AnchorPublicKeys

_SIDE_BY_SIDE = 8


@dataclass(slots=True)
class StoredAnchors:
    """One store, and what it has. ``names`` is None when it did not answer."""

    store: AnchorStore
    names: set[str] | None
    anchors: dict[int, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class KeptAnchors:
    """All stores."""

    stored: tuple[StoredAnchors, ...]

    @property
    def away(self) -> list[str]:
        """Stores that did not answer."""
        return [one.store.name for one in self.stored if one.names is None]

    def numbers(self) -> list[int]:
        """Of all anchors that any store has."""
        return sorted({number for one in self.stored for number in one.anchors})

    def contents(self, number: int) -> list[bytes]:
        """What the stores have under this number: one, unless they differ."""
        return list(dict.fromkeys(one.anchors[number] for one in self.stored if number in one.anchors))

    def newest(self, keys: AnchorPublicKeys) -> AnchorFile | None:
        """The one with the highest number that one of these keys signed; None when there is none."""
        for number in reversed(self.numbers()):
            for content in self.contents(number):
                try:
                    file = parse(content)
                except NotAnAnchor:
                    continue
                if file.signed_by(keys):
                    return file
        return None

    async def fetch(self, name: str, path: Path) -> bool:
        """A file from the first store that gives it; whether one did."""
        for one in self.stored:
            if name in (one.names or ()):
                try:
                    await one.store.fetch(name, path)
                except StoreTrouble:
                    continue
                return True
        return False


async def look(stores: Sequence[AnchorStore]) -> KeptAnchors:
    """Read all anchors of all stores. StoreTrouble when none of them answers."""
    kept = KeptAnchors(tuple([await _stored(store) for store in stores]))
    if len(kept.away) == len(kept.stored):
        raise StoreTrouble("No store of anchors answers", "锚定存储均无响应")
    return kept


async def put(one: StoredAnchors, name: str, path: Path) -> None:
    """Keep a file. Conflict when there is another one of this name; the same one is as good."""
    try:
        await one.store.put(name, path)
    except AlreadyThere:
        there = path.with_suffix(".there")
        await one.store.fetch(name, there)
        if not await asyncio.to_thread(cmp, there, path, shallow=False):
            raise Conflict(
                f"{name} is there already: another process took an anchor at the same time", "同时已有另一锚定写入"
            ) from None
    if one.names is not None:
        one.names.add(name)


async def fill_up(kept: KeptAnchors, folder: Path) -> list[str]:
    """Give each store what another has and it lacks: the leaves first, so that no anchor is without. Which failed."""
    failed = set(kept.away)
    for one in kept.stored:
        for number in [] if one.names is None else kept.numbers():
            try:
                await _give(kept, one, number, folder)
            except (StoreTrouble, NotAnAnchor, Conflict):
                failed.add(one.store.name)
    return sorted(failed)


async def _give(kept: KeptAnchors, one: StoredAnchors, number: int, folder: Path) -> None:
    if number in one.anchors:
        return
    content = kept.contents(number)[0]
    leaves = parse(content).anchor.leaves.file
    if leaves not in (one.names or ()) and await kept.fetch(leaves, folder / leaves):
        await put(one, leaves, folder / leaves)
    path = folder / name_of(number)
    path.write_bytes(content)
    await put(one, path.name, path)
    one.anchors[number] = content


async def _stored(store: AnchorStore) -> StoredAnchors:
    try:
        names = await store.names()
        found = {number: name for name in names if (number := number_of(name)) is not None}
        gate = asyncio.Semaphore(_SIDE_BY_SIDE)

        async def read(name: str) -> bytes:
            async with gate:
                return await store.read(name)

        contents = await asyncio.gather(*map(read, found.values()))
    except StoreTrouble:
        return StoredAnchors(store, None)
    return StoredAnchors(store, set(names), dict(zip(found, contents, strict=True)))
