"""Whether anchors are a chain: one for each number, each signed, each naming the one before it, none of the future."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from huiyin.audit.anchors.document import AnchorFile, NotAnAnchor, parse, root_of, shown
from libs.common.security.anchor_keys import AnchorPublicKeys

AHEAD = timedelta(minutes=5)
"""How far clocks of two machines may stand apart."""
OFTEN = timedelta(hours=26)
"""A night, and two hours for whatever is late: as with the audit itself."""


class AnchorFault(NamedTuple):
    """What is wrong with an anchor."""

    number: int
    message: str


class AnchorChain(NamedTuple):
    """Anchors by their numbers, the faults among them, and how many nights are without one."""

    files: Mapping[int, AnchorFile]
    faults: Sequence[AnchorFault]
    nights_without: int


def check(
    contents: Mapping[int, Sequence[bytes]], keys: AnchorPublicKeys, now: datetime, *, first: int = 1
) -> AnchorChain:
    """Look at anchors: under each number, from ``first`` on, what the stores have."""
    files: dict[int, AnchorFile] = {}
    faults: list[AnchorFault] = []
    nights = 0
    before: AnchorFile | None = None
    for number in range(first, max(contents, default=first - 1) + 1):
        found = contents.get(number, ())
        if not found:
            faults.append(AnchorFault(number, "is not there, and later ones are"))
            before = None
            continue
        if len(found) > 1:
            faults.append(AnchorFault(number, "is not the same in all stores"))
        try:
            file = parse(found[0])
        except NotAnAnchor as error:
            faults.append(AnchorFault(number, f"cannot be read: {error}"))
            before = None
            continue
        faults += (AnchorFault(number, message) for message in _faults(number, file, keys, now))
        if number > first and before is not None:
            faults += (AnchorFault(number, message) for message in _links(before, file))
            nights += (file.anchor.taken_at - before.anchor.taken_at) // OFTEN
        files[number] = before = file
    return AnchorChain(files, faults, nights)


def is_old(chain: AnchorChain, now: datetime) -> str | None:
    """What is to be said when the newest anchor is not of this night."""
    if not chain.files:
        return "there is none"
    newest = chain.files[max(chain.files)].anchor.taken_at
    return f"the newest is of {shown(newest)}: a night is without" if now - newest > OFTEN else None


def _faults(number: int, file: AnchorFile, keys: AnchorPublicKeys, now: datetime) -> list[str]:
    anchor = file.anchor
    faults = []
    if not file.signed_by(keys):
        faults.append(f"is not signed by a key that is known here (it names {anchor.key_id})")
    if anchor.number != number:
        faults.append(f"says that it is number {anchor.number}")
    if anchor.taken_at > now + AHEAD:
        faults.append(f"is of the future: {shown(anchor.taken_at)}")
    if root_of(anchor.ledgers) != anchor.root:
        faults.append("has a root that is not that of its ledgers")
    if number == 1 and anchor.previous is not None:
        faults.append("is the first, and names one before it")
    if anchor.previous is not None and anchor.previous.differences:
        count = anchor.previous.differences
        faults.append(f"found {count} keys rewritten when it was taken; look at number {anchor.previous.number}")
    return faults


def _links(before: AnchorFile, file: AnchorFile) -> list[str]:
    previous = file.anchor.previous
    faults = []
    if previous is None or previous.sha256 != before.digest or previous.number != before.anchor.number:
        faults.append(f"does not follow number {before.anchor.number} as it is now")
    if file.anchor.taken_at <= before.anchor.taken_at:
        faults.append("is not later than the one before")
    for old, new in zip(before.anchor.ledgers, file.anchor.ledgers, strict=False):
        if new.keys < old.keys or new.events < old.events or new.last_id < old.last_id:
            faults.append(f"holds less of {new.service} than the one before")
    return faults
