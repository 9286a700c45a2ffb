"""An anchor is checked by its bytes and a public key alone; several are a chain, or it is said where not."""

import base64
import subprocess
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiyin.audit.anchors.chain import AHEAD, check, is_old
from huiyin.audit.anchors.document import (
    Anchor,
    AnchoredLedger,
    AnchorFile,
    Leaves,
    NotAnAnchor,
    Previous,
    name_of,
    number_of,
    parse,
    root_of,
    sign,
)
from libs.common.security.anchor_keys import AnchorPublicKeys, AnchorSigner
from tests.support.anchoring import DAY, KEY, NIGHT, OTHER_KEY, SCHEMAS

SIGNER, FORGER = AnchorSigner.from_base64(KEY), AnchorSigner.from_base64(OTHER_KEY)


def anchor_after(before: AnchorFile | None, **other: object) -> Anchor:
    number = 1 if before is None else before.anchor.number + 1
    ledgers = tuple(
        AnchoredLedger(service=name, keys=number, events=2 * number, last_id=2 * number, root=f"{number:064x}")
        for name in SCHEMAS
    )
    anchor = Anchor(
        number=number,
        taken_at=NIGHT + number * DAY,
        place="999001000000",
        previous=None if before is None else Previous(number=number - 1, sha256=before.digest, differences=0),
        ledgers=ledgers,
        root=root_of(ledgers),
        leaves=Leaves(file=f"{number:06d}-{'0' * 16}.leaves.gz", sha256="0" * 64),
        key_id=SIGNER.key_id,
    )
    return anchor.model_copy(update=other)


def nights(count: int) -> list[AnchorFile]:
    files: list[AnchorFile] = []
    for _ in range(count):
        files.append(sign(anchor_after(files[-1] if files else None), SIGNER))
    return files


def faults(files: Sequence[AnchorFile], keys: AnchorPublicKeys | None = None) -> list[tuple[int, str]]:
    contents = {number: [file.content] for number, file in enumerate(files, 1)}
    chain = check(contents, keys or SIGNER.public_keys(), NIGHT + len(files) * DAY)
    return [(fault.number, fault.message) for fault in chain.faults]


def test_nights_in_a_row_are_a_chain() -> None:
    assert faults(nights(4)) == []
    assert faults([]) == []


def test_what_was_written_is_what_is_read() -> None:
    [file] = nights(1)
    again = parse(file.content)
    assert (again.anchor, again.digest) == (file.anchor, file.digest)
    assert again.signed_by(SIGNER.public_keys())
    assert again.signed_by(AnchorPublicKeys.from_base64(f"{FORGER.public_key},{SIGNER.public_key}"))
    assert not again.signed_by(FORGER.public_keys())


@given(st.data())
def test_no_byte_can_be_changed(data: st.DataObject) -> None:
    [file] = nights(1)
    place = data.draw(st.integers(0, len(file.content) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda value: value != file.content[place]))
    changed = file.content[:place] + bytes([byte]) + file.content[place + 1 :]
    try:
        assert not parse(changed).signed_by(SIGNER.public_keys())
    except NotAnAnchor:
        return


@pytest.mark.parametrize("content", [b"", b"\n\n", b"{}\nAAAA\n", b"not json\n" + b"A" * 86 + b"==\n", b"\xff" * 9])
def test_what_is_no_anchor(content: bytes) -> None:
    with pytest.raises(NotAnAnchor):
        parse(content)
    [fault] = check({1: [content]}, SIGNER.public_keys(), NIGHT).faults
    assert (fault.number, fault.message.startswith("cannot be read")) == (1, True)


def test_one_that_a_stranger_signed() -> None:
    files = nights(3)
    files[1] = sign(files[1].anchor, FORGER)
    assert faults(files) == [
        (2, f"is not signed by a key that is known here (it names {SIGNER.key_id})"),
        (3, "does not follow number 2 as it is now"),
    ]


CHANGES: dict[str, tuple[Callable[[AnchorFile], dict[str, object]], str]] = {
    "another number": (lambda _: {"number": 7}, "says that it is number 7"),
    "no previous": (lambda _: {"previous": None}, "does not follow number 1 as it is now"),
    "earlier": (lambda before: {"taken_at": before.anchor.taken_at}, "is not later than the one before"),
    "another root": (lambda _: {"root": "1" * 64}, "has a root that is not that of its ledgers"),
    "the future": (lambda _: {"taken_at": NIGHT + 9 * DAY}, "is of the future: 2026-05-14 18:40 UTC"),
    "differences": (
        lambda before: {"previous": Previous(number=1, sha256=before.digest, differences=3)},
        "found 3 keys rewritten when it was taken; look at number 1",
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_one_that_its_own_signer_made_wrong(change: str) -> None:
    what, message = CHANGES[change]
    [first] = nights(1)
    second = sign(anchor_after(first, **what(first)), SIGNER)
    assert (2, message) in faults([first, second])


def test_one_that_holds_less_than_the_one_before() -> None:
    [first] = nights(1)
    less = tuple(ledger.model_copy(update={"events": 1}) for ledger in first.anchor.ledgers)
    found = faults([first, sign(anchor_after(first, ledgers=less, root=root_of(less)), SIGNER)])
    assert {message for _, message in found} == {f"holds less of {name} than the one before" for name in SCHEMAS}


def test_one_that_is_not_there_and_two_of_one_number() -> None:
    files = nights(3)
    keys, now = SIGNER.public_keys(), NIGHT + 3 * DAY
    gap = check({1: [files[0].content], 3: [files[2].content]}, keys, now)
    assert [tuple(fault) for fault in gap.faults] == [(2, "is not there, and later ones are")]
    other = sign(anchor_after(None, place=None), SIGNER)
    two = check({1: [files[0].content, other.content]}, keys, now)
    assert [tuple(fault) for fault in two.faults] == [(1, "is not the same in all stores")]


def test_a_night_without() -> None:
    keys = SIGNER.public_keys()
    chain = check({1: [nights(1)[0].content]}, keys, NIGHT + DAY)
    assert is_old(chain, NIGHT + DAY + timedelta(hours=26)) is None
    assert (
        is_old(chain, NIGHT + DAY + timedelta(hours=27)) == "the newest is of 2026-05-06 18:40 UTC: a night is without"
    )
    assert is_old(check({}, keys, NIGHT), NIGHT) == "there is none"
    ahead = check({1: [nights(1)[0].content]}, keys, NIGHT + DAY - AHEAD)
    assert ahead.faults == []


def test_names() -> None:
    assert [number_of(name) for name in ("000007.anchor", "1234567.anchor")] == [7, 1234567]
    assert [number_of(name) for name in ("7.anchor", "000007-0.leaves.gz", ".000007.anchor.draft")] == [None] * 3
    assert name_of(7) == "000007.anchor"


def test_a_stranger_checks_it_with_openssl_alone(tmp_path: Path) -> None:
    [file] = nights(1)
    line, signature, _ = file.content.split(b"\n")
    (tmp_path / "line").write_bytes(line)
    (tmp_path / "signature").write_bytes(base64.b64decode(signature))
    (tmp_path / "key.pem").write_text(SIGNER.public_pem)
    asked = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "key.pem", "-rawin", "-in", "line"]
    told = subprocess.run([*asked, "-sigfile", "signature"], cwd=tmp_path, capture_output=True, check=False)
    assert told.returncode == 0, told.stderr
    assert orjson.loads(line)["number"] == 1


@pytest.mark.parametrize("text", ["", "AAAA", "A" * 43 + "=", KEY[:-4], "not base64 at all"])
def test_what_is_no_key(text: str) -> None:
    with pytest.raises(ValueError, match="openssl rand"):
        AnchorSigner.from_base64(text)
    with pytest.raises(ValueError, match="huiyin anchor key"):
        AnchorPublicKeys.from_base64(text)


def test_the_key_of_a_data_directory_stays(tmp_path: Path) -> None:
    made = AnchorSigner.load_or_create(tmp_path)
    assert AnchorSigner.load_or_create(tmp_path).public_key == made.public_key
    assert (tmp_path / "anchor-key").stat().st_mode & 0o777 == 0o600
