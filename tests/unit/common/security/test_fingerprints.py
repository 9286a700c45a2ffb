"""What is kept of a request is known again by its key alone, and says nothing without it."""

import base64
import hashlib
import re
from pathlib import Path

import pytest

from libs.common.security.fingerprints import KEY_FILE, AnswerKeys, load_or_create_answer_keys
from libs.common.security.keyfile import DamagedKeyFile, InsecureKeyFile

OLD, NEW = bytes(range(32)), bytes(range(1, 33))
SCOPE = "intake POST /intake/v1/cases operator-1"
REQUEST = '{"requester":{"name":"欧阳秘","phone":"13951234567"}}'.encode()


def test_the_same_is_known_again_and_nothing_else() -> None:
    ours, again, others = (AnswerKeys((key,)).of("intake") for key in (OLD, OLD, NEW))
    assert ours.names(SCOPE, "k") == again.names(SCOPE, "k")
    assert ours.requests(REQUEST) == again.requests(REQUEST)
    different = {
        ours.names(SCOPE, "k"),
        ours.names(SCOPE, "k2"),
        ours.names(SCOPE + "2", "k"),
        others.names(SCOPE, "k"),
        AnswerKeys((OLD,)).of("dispatch").names(SCOPE, "k"),
    }
    assert len(different) == 5
    assert ours.requests(REQUEST) != ours.requests(REQUEST.replace(b"4567", b"4568"))
    assert ours.requests(REQUEST) != AnswerKeys((OLD,)).of("dispatch").requests(REQUEST)


def test_a_name_looks_like_nobodys_number() -> None:
    fingerprints = AnswerKeys((OLD,)).of("intake")
    for number in range(200):
        (name,) = fingerprints.names(SCOPE, f"1381234{number:04}")
        assert re.fullmatch("[a-p]{32}", name)


def test_nobody_can_try_numbers_without_the_key() -> None:
    """The guess that is right gives none of the hashes that anybody could make of it."""
    (kept,) = AnswerKeys((OLD,)).of("intake").requests(REQUEST)
    for guess in (REQUEST, hashlib.sha256(REQUEST).digest()):
        for algorithm in ("sha256", "sha512", "sha1", "md5", "blake2b"):
            assert hashlib.new(algorithm, guess).digest()[:16] != kept[:16]


def test_what_is_kept_under_two_keys_is_found_by_whoever_knows_one() -> None:
    old, both, new = (AnswerKeys(keys).of("intake") for keys in ((OLD,), (NEW, OLD), (NEW,)))
    assert set(both.names(SCOPE, "k")) == {*old.names(SCOPE, "k"), *new.names(SCOPE, "k")}
    assert both.requests(REQUEST) == new.requests(REQUEST) + old.requests(REQUEST)


@pytest.mark.parametrize("text", ["", ",", "c2hvcnQ=", base64.b64encode(bytes(32)).decode(), "%" * 44, "é"])
def test_what_is_no_key_is_refused_with_the_mend(text: str) -> None:
    with pytest.raises(ValueError, match="openssl rand -base64 32"):
        AnswerKeys.from_base64(text)


def test_the_key_of_a_data_directory_is_made_once_and_is_the_owners_alone(tmp_path: Path) -> None:
    made = load_or_create_answer_keys(tmp_path)
    assert load_or_create_answer_keys(tmp_path) == made
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o777 == 0o600
    stored = (tmp_path / KEY_FILE).read_text().strip()
    assert AnswerKeys.from_base64(stored) == made
    assert stored not in repr(made)
    assert load_or_create_answer_keys(tmp_path / "other") != made
    (tmp_path / KEY_FILE).chmod(0o644)
    with pytest.raises(InsecureKeyFile):
        load_or_create_answer_keys(tmp_path)


@pytest.mark.parametrize("content", [b"", b"\xff", b"c2hvcnQ="])
def test_a_damaged_file_is_refused_and_not_overwritten(tmp_path: Path, content: bytes) -> None:
    (tmp_path / KEY_FILE).touch(mode=0o600)
    (tmp_path / KEY_FILE).write_bytes(content)
    with pytest.raises(DamagedKeyFile, match=KEY_FILE):
        load_or_create_answer_keys(tmp_path)
    assert (tmp_path / KEY_FILE).read_bytes() == content
