"""A secret file is made once and is its owner's alone."""

import multiprocessing
import secrets
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest

from libs.common.security.keyfile import InsecureKeyFile, read_or_create


def test_the_first_secret_stays(tmp_path: Path) -> None:
    path = tmp_path / "data" / "secret"
    assert read_or_create(path, lambda: b"first") == b"first"
    assert read_or_create(path, lambda: b"second") == b"first"


def test_the_one_who_stores_first_wins(tmp_path: Path) -> None:
    path = tmp_path / "secret"

    def overtaken() -> bytes:
        assert read_or_create(path, lambda: b"theirs") == b"theirs"
        return b"mine"

    assert read_or_create(path, overtaken) == b"theirs"
    assert [entry.name for entry in tmp_path.iterdir()] == ["secret"]


def test_file_and_directory_are_the_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "data" / "secret"
    read_or_create(path, lambda: b"secret")
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert [entry.name for entry in path.parent.iterdir()] == ["secret"]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_file_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "secret"
    path.write_bytes(b"known to all")
    path.chmod(mode)
    with pytest.raises(InsecureKeyFile, match="chmod 600"):
        read_or_create(path, lambda: b"unused")


def test_a_maker_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def fail() -> bytes:
        raise RuntimeError("no entropy")

    with pytest.raises(RuntimeError, match="no entropy"):
        read_or_create(tmp_path / "secret", fail)
    assert list(tmp_path.iterdir()) == []


def _start(path: Path, ready: Barrier, seen: "Queue[bytes]") -> None:
    ready.wait()
    seen.put(read_or_create(path, lambda: secrets.token_bytes(32)))


def test_processes_that_start_at_once_agree_on_one_secret(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    ready, seen = context.Barrier(3), context.Queue()
    processes = [context.Process(target=_start, args=(tmp_path / "secret", ready, seen)) for _ in range(3)]
    for process in processes:
        process.start()
    answers = {seen.get(timeout=60) for _ in processes}
    for process in processes:
        process.join()
    assert answers == {(tmp_path / "secret").read_bytes()}
    assert len(list(tmp_path.iterdir())) == 1
