"""The journal holds what was told, also after a crash in the middle of a line."""

import asyncio
import os
from pathlib import Path

import orjson
import pytest

from bench.drive.journal import Journal, Outcome, read


async def test_what_was_told_is_read_back_in_order(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    first = journal.invoke("register", key="a")
    second = journal.invoke("register", key="b")
    third = journal.invoke("sign", case_id="x")
    await journal.ok(second, case_id="2")
    await journal.fail(third, status=409)
    await journal.unknown(first)
    await journal.close()
    told = [(entry.outcome, entry.number, entry.kind, entry.said) for entry in read(journal.path)]
    assert told == [
        (Outcome.INVOKE, 1, "register", {"key": "a"}),
        (Outcome.INVOKE, 2, "register", {"key": "b"}),
        (Outcome.INVOKE, 3, "sign", {"case_id": "x"}),
        (Outcome.OK, 2, "register", {"case_id": "2"}),
        (Outcome.FAIL, 3, "sign", {"status": 409}),
        (Outcome.UNKNOWN, 1, "register", {}),
    ]


async def test_a_line_is_on_the_disk_when_ok_returns_and_waiters_share_a_sync(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    syncs = []
    real = os.fdatasync

    def sync(file: int) -> None:
        real(file)
        syncs.append(file)

    monkeypatch.setattr(os, "fdatasync", sync)
    journal = Journal(tmp_path / "journal")

    async def tell(number: int) -> None:
        await journal.ok(journal.invoke("register", key=str(number)))
        assert any(entry.outcome is Outcome.OK and entry.number == number + 1 for entry in read(journal.path))

    await asyncio.gather(*(tell(number) for number in range(50)))
    await journal.close()
    assert 0 < len(syncs) < 25


async def test_a_torn_last_line_is_left_out_and_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    journal = Journal(path)
    await journal.ok(journal.invoke("register", key="a"))
    await journal.close()
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"outcome":"ok","numb')
    assert len(list(read(path))) == 2
    again = Journal(path)
    later = again.invoke("register", key="b")
    await again.ok(later)
    await again.close()
    assert later.number == 2
    assert [entry.number for entry in read(path)] == [1, 1, 2, 2]


def test_a_spoiled_line_in_the_middle_is_no_journal(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    path.write_bytes(b"nonsense\n")
    with pytest.raises(orjson.JSONDecodeError):
        list(read(path))
