"""I1 from the outside: what a client wrote down before it counted it exists exactly once."""

from pathlib import Path

import pytest

from bench.drive.journal import Journal
from huiyin.audit.auditing import Subject, examine
from huiyin.audit.journal import Journals, NotAJournal
from huiyin.audit.report import AuditReport, Invariant
from tests.integration.audit.conftest import Copy


async def _audited(copy: Copy, *paths: Path, sole: bool = False) -> AuditReport:
    return await examine(Subject(copy.url, journals=Journals(paths, sole=sole)))


async def _journal(path: Path, accepted: list[str], *, unknown: int = 0, refused: int = 0) -> Path:
    journal = Journal(path)
    for case_id in accepted:
        await journal.ok(journal.invoke("register", key=f"key of {case_id}"), status=201, case_id=case_id)
    for number in range(unknown):
        asked = journal.invoke("register", key=f"asked {number}")
        if number % 2:
            await journal.unknown(asked, status=503)
    for number in range(refused):
        await journal.fail(journal.invoke("register", key=f"refused {number}"), status=422)
    await journal.ok(journal.invoke("sign", case_id="elsewhere"), status=200)
    await journal.close()
    return path


async def test_all_that_was_accepted_is_there(copy: Copy, tmp_path: Path) -> None:
    everything = list(copy.cases.values())
    one = await _journal(tmp_path / "one", everything[:7])
    other = await _journal(tmp_path / "other", everything[7:], unknown=3, refused=2)
    report = await _audited(copy, one, other, sole=True)
    assert report.clean, report.violations
    assert report.checked[Invariant.ACCEPTED] == 2 * len(everything)
    assert report.pending == {"registrations without a known outcome": 3}


async def test_what_was_accepted_and_is_not_there_is_found(copy: Copy, tmp_path: Path) -> None:
    path = await _journal(tmp_path / "journal", [copy.cases["fresh"], "00000000-0000-7000-8000-000000000001"])
    report = await _audited(copy, path)
    assert [(one.key, one.message) for one in report.violations] == [
        (
            "00000000-0000-7000-8000-000000000001",
            "it is not there, and was accepted: key of 00000000-0000-7000-8000-000000000001",
        )
    ]


async def test_two_clients_that_were_told_of_one_case_are_found(copy: Copy, tmp_path: Path) -> None:
    fresh = copy.cases["fresh"]
    paths = [await _journal(tmp_path / name, [fresh]) for name in ("one", "other")]
    report = await _audited(copy, *paths)
    assert [one.message for one in report.violations] == [
        f"2 registrations were answered with this one case: key of {fresh} and key of {fresh}"
    ]


async def test_a_case_too_many_is_found(copy: Copy, tmp_path: Path) -> None:
    """Two cases that nobody was told of, and only one request whose answer is not known: one was taken in twice."""
    some = list(copy.cases.values())[:-2]
    path = await _journal(tmp_path / "journal", some, unknown=1)
    await copy.spoil("UPDATE intake.ledger SET recorded_at = now()")
    assert (await _audited(copy, path)).clean, "others may have registered it"
    report = await _audited(copy, path, sole=True)
    assert [one.message for one in report.violations] == [
        "2 cases came in that no journal says were accepted, and only 1 registrations have no known outcome"
    ]
    path = await _journal(tmp_path / "another", some, unknown=2)
    assert (await _audited(copy, path, sole=True)).clean


async def test_cases_from_before_the_journal_are_nobodys(copy: Copy, tmp_path: Path) -> None:
    path = await _journal(tmp_path / "journal", [copy.cases["fresh"]])
    await copy.spoil("UPDATE intake.ledger SET recorded_at = now() - interval '1 hour'")
    assert (await _audited(copy, path, sole=True)).clean


async def test_a_torn_last_line_is_no_line(copy: Copy, tmp_path: Path) -> None:
    path = await _journal(tmp_path / "journal", [copy.cases["fresh"]])
    path.write_bytes(path.read_bytes() + b'{"outcome": "ok", "num')
    assert (await _audited(copy, path)).clean


@pytest.mark.parametrize(
    "line",
    [
        b"accepted\n",
        b"[]\n",
        b'{"outcome": "ok", "number": 1, "kind": "register", "at": 1.0}\n',
        b'{"outcome": "ok", "number": 1, "kind": "register", "at": 1.0, "said": {}}\n',
        b'{"outcome": "yes", "number": 1, "kind": "register", "at": 1.0, "said": {}}\n',
    ],
)
async def test_what_is_no_journal_is_refused(copy: Copy, tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "journal"
    path.write_bytes(line)
    with pytest.raises(NotAJournal, match="journal, line 1"):
        await _audited(copy, path)
