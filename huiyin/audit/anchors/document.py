"""An anchor as a file: one line of JSON, and its signature in base64 on the next. The line is signed as it is."""

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

import orjson
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from huiyin.audit.anchors.merkle import Tree
from libs.common.security.anchor_keys import SIGNATURE_BYTES, AnchorPublicKeys, AnchorSigner

SUFFIX = ".anchor"
_NAME = re.compile(rf"([0-9]{{6,9}}){re.escape(SUFFIX)}")
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class NotAnAnchor(ValueError):
    """The bytes are no anchor."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class AnchoredLedger(_Part):
    """The ledger of one service: up to where it is said, and the root over the heads of its keys."""

    service: str
    keys: Annotated[int, Field(ge=0)]
    events: Annotated[int, Field(ge=0)]
    last_id: Annotated[int, Field(ge=0)]
    root: Digest

    def line(self) -> bytes:
        """As it is a leaf of the tree over the ledgers."""
        return orjson.dumps([self.service, self.keys, self.events, self.last_id, self.root])


class Previous(_Part):
    """The anchor before: by the digest of its file, and how many keys no longer said what they had said in it."""

    number: Annotated[int, Field(ge=1)]
    sha256: Digest
    differences: Annotated[int, Field(ge=0)] | None
    """None when its leaves could not be read."""


class Leaves(_Part):
    """The file of all heads, beside the anchor."""

    file: Annotated[str, Field(pattern=r"^[0-9]{6,9}-[0-9a-f]{16}\.leaves\.gz$")]
    sha256: Digest


class Anchor(_Part):
    """What is signed."""

    kind: Literal["huiyin-anchor"] = "huiyin-anchor"
    version: Literal[1] = 1
    number: Annotated[int, Field(ge=1)]
    taken_at: AwareDatetime
    place: str | None
    """The code of the place whose pack was the newest."""
    previous: Previous | None
    ledgers: tuple[AnchoredLedger, ...]
    root: Digest
    leaves: Leaves
    key_id: str

    @property
    def keys(self) -> int:
        """How many heads it holds."""
        return sum(ledger.keys for ledger in self.ledgers)


@dataclass(frozen=True, slots=True)
class AnchorFile:
    """An anchor with the bytes that it came in."""

    anchor: Anchor
    content: bytes

    @property
    def digest(self) -> str:
        """By which the next anchor names it."""
        return hashlib.sha256(self.content).hexdigest()

    def signed_by(self, keys: AnchorPublicKeys) -> bool:
        """Whether one of these keys signed it."""
        line, signature = _halves(self.content)
        return keys.signed(self.anchor.key_id, line, signature)


def root_of(ledgers: Sequence[AnchoredLedger]) -> str:
    """The total root: the tree over what is said of each ledger."""
    tree = Tree()
    for ledger in ledgers:
        tree.add(ledger.line())
    return tree.root().hex()


def sign(anchor: Anchor, signer: AnchorSigner) -> AnchorFile:
    """As it is to be kept."""
    line = orjson.dumps(anchor.model_dump(mode="json"))
    return AnchorFile(anchor, line + b"\n" + base64.b64encode(signer.sign(line)) + b"\n")


def parse(content: bytes) -> AnchorFile:
    """Of a file's bytes; whether the signature is right is another question. NotAnAnchor when it is none."""
    line, _ = _halves(content)
    try:
        return AnchorFile(Anchor.model_validate_json(line, strict=False), content)
    except ValidationError as error:
        raise NotAnAnchor("the first line is not what an anchor says") from error


def name_of(number: int) -> str:
    """The file's name: there can be one of each number."""
    return f"{number:06d}{SUFFIX}"


def number_of(name: str) -> int | None:
    """Of a file's name; None when it is no anchor's."""
    found = _NAME.fullmatch(name)
    return int(found[1]) if found else None


def shown(moment: datetime) -> str:
    """A moment as people read it."""
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _halves(content: bytes) -> tuple[bytes, bytes]:
    lines = content.split(b"\n")
    if len(lines) != 3 or lines[2]:  # noqa: PLR2004 - two lines, each with its end
        raise NotAnAnchor("an anchor is two lines")
    try:
        signature = base64.b64decode(lines[1], validate=True)
    except binascii.Error as error:
        raise NotAnAnchor("the second line is no signature") from error
    if len(signature) != SIGNATURE_BYTES:
        raise NotAnAnchor("the second line is no signature")
    return lines[0], signature
