"""Accounts for a first look: one person for each role, made once, also when the program was ended in between."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from huiyin.accounts import SAMPLE_FILE, AccountBook, sample_accounts
from libs.common.security.keyfile import read_or_create
from tests.integration.dispatch.desk import CALLER, Desk
from tests.integration.dispatch.test_staff import WORKER, enter


@pytest.fixture
def book(desk: Desk) -> AccountBook:
    runtime = desk.office.runtime
    return AccountBook(runtime.work_database, runtime.vault, runtime.fingerprints, lambda: datetime.now(UTC))


async def register(desk: Desk) -> None:
    for staff_id, term in (("S-1", WORKER), ("S-2", WORKER), ("S-3", CALLER)):
        assert (await enter(desk.office, staff_id, term)).status_code == 201


async def test_one_person_for_each_role_signs_in_with_what_was_printed(
    desk: Desk, book: AccountBook, tmp_path: Path
) -> None:
    await register(desk)
    samples = await sample_accounts(book, tmp_path)
    assert [one.staff_id for one in samples] == ["S-1", "S-3"]
    for one in samples:
        entered = await desk.post("/sign-in", name=one.staff_id, password=one.password)
        assert entered.json()["step"] == "password"
    assert await sample_accounts(book, tmp_path) == samples


@pytest.mark.parametrize("made", [0, 1])
async def test_whoever_was_chosen_and_has_no_account_yet_gets_it_at_the_next_start(
    desk: Desk, book: AccountBook, tmp_path: Path, made: int
) -> None:
    await register(desk)
    chosen = {"S-1": "first password of one", "S-3": "first password of three"}
    written = json.dumps({**chosen, "S-404": "of somebody who is not known"}).encode()
    read_or_create(tmp_path / SAMPLE_FILE, lambda: written)
    for staff_id in list(chosen)[:made]:
        await book.create(staff_id, None, chosen[staff_id])
    samples = await sample_accounts(book, tmp_path)
    assert {one.staff_id: one.password for one in samples} == chosen
    assert [row.staff_id for row, _, _ in await book.list()] == ["S-1", "S-3"]


async def test_where_an_office_has_accounts_nobody_is_made_up(desk: Desk, book: AccountBook, tmp_path: Path) -> None:
    await desk.account("S-1")
    assert await sample_accounts(book, tmp_path) == []
    assert not (tmp_path / SAMPLE_FILE).exists()
