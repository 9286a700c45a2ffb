"""Files of a case: known by their content, seen by who sees the case, never lost once taken, deleted on the record."""

import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from libs.common.blobs.scanning import NoScanner, ScanVerdict
from libs.common.events.cases import CaseAssigned, CaseClosed
from libs.common.events.terms import Closing
from libs.common.run import failpoints
from libs.common.security.principal import Role
from services.intake.attachments.actions.sweep import sweep
from services.intake.attachments.domain import MOST_OF_A_CASE
from tests.integration.intake.attachments.attaching import UNIT, Attaching
from tests.integration.intake.door import NOW, OTHER_TOWN, IntakeDoor
from tests.support.files import JPEG, PDF

LARGEST = 200_000
"""As the fixture sets it."""


def kept(files: Path) -> set[str]:
    return {path.name for path in files.glob("??/*")}


def digest(content: bytes) -> str:
    return sha256(content).hexdigest()


class Unread:
    """A body that must not be asked for."""

    def __aiter__(self) -> "Unread":
        return self

    async def __anext__(self) -> bytes:
        pytest.fail("the body was read")


async def test_a_file_comes_back_as_it_was_sent(case: Attaching) -> None:
    answer = await case.attach(JPEG, name="../村口 13912345678.jpg")
    attached = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"] == f"{case.path}/{attached['attachment_id']}"
    assert (attached["media_type"], attached["size"], attached["scan"]) == ("image/jpeg", len(JPEG), "unscanned")
    assert (attached["digest"], attached["name"]) == (digest(JPEG), "村口 139****5678.jpg")
    assert await case.listed() == [attached]
    file = await case.download(attached["attachment_id"])
    assert (file.status_code, file.content) == (200, JPEG)
    assert file.headers["content-type"] == "image/jpeg"
    assert file.headers["content-length"] == str(len(JPEG))
    assert file.headers["content-disposition"].startswith("attachment; filename*=UTF-8''%E6%9D%91%E5%8F%A3")
    assert file.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in file.headers["content-security-policy"]


async def test_what_it_is_its_bytes_tell_and_not_its_name(case: Attaching, files: Path) -> None:
    page = b"<html><script>alert(1)</script></html>"
    refused = await case.attach(page, name="photo.jpg", more={"Content-Type": "image/jpeg"})
    assert (refused.status_code, refused.json()["type"]) == (415, "urn:huiyin:problem:unsupported-media-type")
    attached = await case.attached(PDF, name="photo.jpg", more={"Content-Type": "application/json"})
    assert (attached["media_type"], attached["name"]) == ("application/pdf", "photo.jpg.pdf")
    assert kept(files) == {digest(PDF)}
    assert list((files / "incoming").iterdir()) == []


@pytest.mark.parametrize(("content", "status", "field"), [(b"", 422, "body"), (JPEG * 2_000, 413, None)])
async def test_nothing_and_too_much_are_refused(
    case: Attaching, files: Path, content: bytes, status: int, field: str | None
) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(content), 50_000):
            yield content[start : start + 50_000]

    for sent in (content, pieces()):
        refused = await case.attach(sent)
        assert refused.status_code == status
        assert [wrong["field"] for wrong in refused.json().get("fields", ())] == ([field] if field else [])
    assert kept(files) == set()


async def test_the_largest_that_may_come_does(case: Attaching) -> None:
    content = JPEG + bytes(LARGEST - len(JPEG))
    attached = await case.attached(content)
    assert (await case.download(attached["attachment_id"])).content == content


@pytest.mark.parametrize("name", ["", " ", "x" * 201, "a\nb"])
async def test_a_name_that_is_none_is_named(case: Attaching, name: str) -> None:
    refused = await case.attach(Unread(), name=name)
    assert (refused.status_code, refused.json()["fields"][0]["field"]) == (422, "name")


async def test_who_may_not_is_told_so_before_a_byte_is_read(case: Attaching, intake: IntakeDoor) -> None:
    elsewhere = intake.token(Role.OPERATOR, area=OTHER_TOWN)
    statuses = [
        (await case.attach(Unread(), headers=headers)).status_code
        for headers in ({"Authorization": "Bearer nobody"}, intake.token(Role.AUDITOR), elsewhere)
    ]
    assert statuses == [401, 403, 404]


async def test_only_this_route_takes_much(case: Attaching, intake: IntakeDoor) -> None:
    path = case.path.replace("/attachments", "/supplements")
    refused = await intake.http.post(path, content=bytes(300_000), headers=intake.operator)
    assert refused.status_code == 413


async def test_what_is_out_of_reach_is_not_there(intake: IntakeDoor) -> None:
    case = Attaching(intake, (await intake.register(accused_unit=UNIT))["case_id"])
    attached = await case.attached()
    accused = intake.token(Role.OPERATOR, unit=UNIT)
    for headers in (accused, intake.token(Role.OPERATOR, area=OTHER_TOWN), intake.token(Role.HANDLER, unit=UNIT)):
        assert (await case.attach(Unread(), headers=headers)).status_code == 404
        assert (await intake.http.get(case.path, headers=headers)).status_code == 404
        assert (await case.download(attached["attachment_id"], headers)).status_code == 404


async def test_a_file_of_another_case_is_not_there(case: Attaching, intake: IntakeDoor) -> None:
    attached = await case.attached()
    other = Attaching(intake, (await intake.register())["case_id"])
    assert (await other.download(attached["attachment_id"])).status_code == 404
    assert (await other.delete(attached["attachment_id"])).status_code == 404


async def test_who_handles_a_confidential_case_sees_only_what_its_own_unit_attached(intake: IntakeDoor) -> None:
    case = Attaching(intake, (await intake.register(confidential=True))["case_id"])
    of_the_citizen = await case.attached(JPEG, name="本人.jpg")
    case_id = of_the_citizen["case_id"]
    await intake.hear(
        CaseAssigned(
            occurred_at=NOW,
            case_id=case_id,
            round=1,
            lead_unit=UNIT,
            category_code="0101",
            by_rule=True,
            explanation="x",
            pack_version=1,
        )
    )
    handler = intake.token(Role.HANDLER, unit=UNIT)
    own = await case.attached(PDF, name="办结报告.pdf", headers=handler)
    assert await case.listed(handler) == [own]
    assert (await case.download(of_the_citizen["attachment_id"], handler)).status_code == 404
    assert (await case.download(own["attachment_id"], handler)).content == PDF
    assert await case.listed() == [of_the_citizen, own]
    # Who belongs to no unit and may not know who spoke is no better off.
    assert await case.listed(intake.token(Role.AUDITOR)) == []


async def test_a_case_that_has_ended_takes_no_more(case: Attaching, intake: IntakeDoor) -> None:
    attached = await case.attached()
    closed = CaseClosed(occurred_at=NOW, case_id=attached["case_id"], round=1, closing=Closing.UNVERIFIED)
    await intake.hear(closed)
    refused = await case.attach(Unread())
    assert (refused.status_code, refused.json()["case_status"]) == (409, "closed")
    assert (await case.download(attached["attachment_id"])).status_code == 200


async def test_a_case_has_only_so_many(case: Attaching, intake: IntakeDoor) -> None:
    attached = await case.attached()
    async with intake.service.runtime.work_database.transaction(NOW) as session:
        await session.fetch(
            "INSERT INTO attachment (attachment_id, case_id, digest, size, media_type, name, scan, added_at, added_by) "
            "SELECT gen_random_uuid()::text, case_id, digest, size, media_type, name, scan, added_at, added_by "
            "FROM attachment, generate_series(2, $1)",
            MOST_OF_A_CASE,
        )
    assert (await case.attach(Unread())).status_code == 409
    await case.delete(attached["attachment_id"])
    assert (await case.attach()).status_code == 201


async def test_an_answer_that_got_lost_is_given_again(case: Attaching, intake: IntakeDoor) -> None:
    key = {"Idempotency-Key": "photo-1"}
    first, again = await case.attach(more=key), await case.attach(more=key)
    assert again.json() == first.json()
    assert again.headers["idempotency-replayed"] == "true"
    assert len(await case.listed()) == 1
    for other in (await case.attach(PDF, more=key), await case.attach(name="另一张.jpg", more=key)):
        assert (other.status_code, other.json()["type"]) == (422, "urn:huiyin:problem:idempotency-key-reused")


async def test_between_bytes_and_row_nothing_accepted_is_lost(case: Attaching, files: Path, intake: IntakeDoor) -> None:
    key = {"Idempotency-Key": "photo-1"}
    failpoints.arm("upload.after_bytes:raise")
    try:
        assert (await case.attach(more=key)).status_code == 500
    finally:
        failpoints.arm("")
    assert (kept(files), await case.listed()) == ({digest(JPEG)}, [])
    attached = await case.attached(more=key)
    assert await case.listed() == [attached]


async def swept(intake: IntakeDoor, later: timedelta = timedelta()) -> None:
    await sweep(intake.service.runtime, datetime.now(UTC) + later)


async def test_bytes_of_no_file_go_after_a_day_and_no_others(case: Attaching, files: Path, intake: IntakeDoor) -> None:
    failpoints.arm("upload.after_bytes:raise")
    try:
        await case.attach(PDF)
    finally:
        failpoints.arm("")
    await case.attached(JPEG)
    await swept(intake)
    assert kept(files) == {digest(JPEG), digest(PDF)}
    await swept(intake, timedelta(days=1, minutes=1))
    assert kept(files) == {digest(JPEG)}


async def test_a_deleted_file_stays_on_the_record_and_its_bytes_go(
    case: Attaching, files: Path, intake: IntakeDoor
) -> None:
    attached = await case.attached()
    same = await Attaching(intake, (await intake.register())["case_id"]).attached()
    deleted = await case.delete(attached["attachment_id"])
    assert deleted.status_code == 200
    [row] = await case.listed()
    assert (row["deleted_by"], row["deletion_reason"]) == ("operator-1", "误传，含他人手机 139****5678")
    assert row["deleted_at"] is not None
    assert (await case.download(attached["attachment_id"])).status_code == 404
    assert (await case.delete(attached["attachment_id"])).status_code == 409
    await swept(intake, timedelta(days=2))
    # Another case has the same file.
    assert kept(files) == {digest(JPEG)}
    other = Attaching(intake, same["case_id"])
    await other.delete(same["attachment_id"])
    await swept(intake, timedelta(days=2))
    assert kept(files) == set()


async def test_only_some_may_delete(case: Attaching, intake: IntakeDoor) -> None:
    attached = await case.attached()
    path = f"{case.path}/{attached['attachment_id']}/deletion"
    refused = await intake.http.post(path, json={"reason": "误传"}, headers=intake.token(Role.HANDLER, unit=UNIT))
    assert refused.status_code == 403
    nothing_said = await intake.http.post(path, json={}, headers=intake.operator)
    assert nothing_said.json()["fields"][0]["field"] == "reason"


async def test_an_infected_file_is_not_kept(
    case: Attaching, files: Path, intake: IntakeDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scan(_scanner: NoScanner, _path: Path) -> ScanVerdict:
        return ScanVerdict.INFECTED

    monkeypatch.setattr(NoScanner, "scan", scan)
    refused = await case.attach()
    assert (refused.status_code, refused.json()["type"]) == (422, "urn:huiyin:problem:infected-file")
    assert (kept(files), await case.listed()) == (set(), [])


async def test_bytes_that_are_not_there_are_said_to_be_missing(case: Attaching, files: Path) -> None:
    attached = await case.attached()
    os.truncate(files / digest(JPEG)[:2] / digest(JPEG), 3)
    assert (await case.download(attached["attachment_id"])).status_code == 503
