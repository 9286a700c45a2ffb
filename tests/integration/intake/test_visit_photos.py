"""Photos of a visit: those that its record names are kept once, looked at on the record, and gone when it is void."""

import asyncio
import os
from collections.abc import AsyncIterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest
from asyncpg import IntegrityConstraintViolationError

from libs.common.blobs.scanning import NoScanner, ScanVerdict
from libs.common.events.households import HouseholdRevealed
from libs.common.security.principal import Role
from services.intake.attachments.actions.sweep import sweep
from tests.integration.intake.door import NOW, OTHER_TOWN, VILLAGE, IntakeDoor
from tests.integration.intake.homes import SUPERVISION, VILLAGE_UNIT, VISITS, Homes, Visitors, said, with_visitors
from tests.support.files import JPEG, PDF, PNG

DAY = timedelta(days=1)
AS_CADRE = {"staff": "S-1", "unit": VILLAGE_UNIT, "area": VILLAGE}
OTHER_VILLAGE = "999001101202"
WEBP = b"RIFF\x00\x00\x00\x00WEBP" + bytes(50)


def digest(content: bytes) -> str:
    return sha256(content).hexdigest()


class Photos:
    """The photos of one visit, as somebody sees them."""

    def __init__(self, door: IntakeDoor, visit_id: str, headers: dict[str, str]) -> None:
        self.door = door
        self.path = f"{VISITS}/{visit_id}/photos"
        self.headers = headers

    def by(self, *roles: Role, subject: str, **of: Any) -> "Photos":
        """The same as somebody else sees them."""
        return Photos(self.door, self.path.split("/")[-2], self.door.token(*roles, subject=subject, **of))

    async def send(self, content: bytes | AsyncIterator[bytes] = JPEG, key: str | None = None) -> httpx.Response:
        """One of them."""
        once = {} if key is None else {"Idempotency-Key": key}
        kind = {"Content-Type": "image/jpeg"}
        return await self.door.http.post(self.path, content=content, headers=self.headers | once | kind)

    async def states(self) -> list[tuple[str, str]]:
        """Which are there, in the order of the record."""
        found = (await self.door.get(self.path, self.headers))["photos"]
        return [(one["sha256"], one["state"]) for one in found]

    async def look(self, content: bytes = JPEG) -> httpx.Response:
        """The bytes."""
        return await self.door.http.get(f"{self.path}/{digest(content)}", headers=self.headers)


class Unread:
    """A body that must not be asked for."""

    def __aiter__(self) -> "Unread":
        return self

    async def __anext__(self) -> bytes:
        pytest.fail("the body was read")


@pytest.fixture
async def homes(intake: IntakeDoor) -> Homes:
    return await with_visitors(intake)


@pytest.fixture
async def files(tmp_path: Path) -> Path:
    """Where the bytes are."""
    return tmp_path / "attachments"


@pytest.fixture
async def photos(intake: IntakeDoor, home: str, visitors: Visitors) -> Photos:
    """Of a visit whose record names two."""
    made = await visitors.record(home, photos=[digest(JPEG), digest(PNG)])
    return Photos(intake, made["visit_id"], visitors.headers)


def kept(files: Path) -> set[str]:
    return {path.name for path in files.glob("??/*")}


async def swept(intake: IntakeDoor, files: Path) -> set[str]:
    """What is left two days later."""
    for path in files.glob("??/*"):
        os.utime(path, (0, 0))
    await sweep(intake.service.runtime, NOW + 2 * DAY)
    return kept(files)


async def test_a_photo_is_kept_and_told_and_comes_back_as_it_was(photos: Photos, files: Path) -> None:
    answer = await photos.send()
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == f"{photos.path}/{digest(JPEG)}"
    told = answer.json()
    assert (told["sha256"], told["state"], told["size"]) == (digest(JPEG), "kept", len(JPEG))
    assert (told["media_type"], told["scan"]) == ("image/jpeg", "unscanned")
    listed = (await photos.door.get(photos.path, photos.headers))["photos"]
    assert listed[0] == told
    assert {name: value for name, value in listed[1].items() if value is not None} == {
        "sha256": digest(PNG),
        "state": "missing",
    }
    file = await photos.look()
    assert (file.status_code, file.content, file.headers["content-type"]) == (200, JPEG, "image/jpeg")
    assert file.headers["content-disposition"].startswith("attachment; filename*=UTF-8''" + digest(JPEG) + ".jpg")
    assert "sandbox" in file.headers["content-security-policy"]
    assert kept(files) == {digest(JPEG)}
    assert (await photos.look(PNG)).status_code == 404, "not sent yet"


async def test_the_same_again_changes_nothing(photos: Photos) -> None:
    first = await photos.send(key="photo-1")
    replayed = await photos.send(key="photo-1")
    assert (replayed.status_code, replayed.json()) == (201, first.json())
    again = await photos.send()
    assert (again.status_code, again.json()) == (200, first.json())
    assert (await photos.door.rows("SELECT count(*) AS n FROM visit_photo"))[0].n == 1


@pytest.mark.parametrize("content", [JPEG + b"x", PDF, b"<html>"])
async def test_what_the_record_does_not_name_is_refused_and_not_kept(
    photos: Photos, files: Path, content: bytes
) -> None:
    refused = await photos.send(content)
    assert (refused.status_code, refused.json()["fields"][0]["field"]) == (422, "body")
    assert (kept(files), list((files / "incoming").iterdir())) == (set(), [])
    assert [state for _, state in await photos.states()] == ["missing", "missing"]


async def test_what_is_named_has_to_be_a_picture(
    intake: IntakeDoor, home: str, visitors: Visitors, files: Path
) -> None:
    page = b"<html><script>alert(1)</script></html>"
    made = await visitors.record(home, photos=[digest(PDF), digest(page), digest(WEBP)])
    photos = Photos(intake, made["visit_id"], visitors.headers)
    for content in (PDF, page):
        refused = await photos.send(content)
        assert (refused.status_code, refused.json()["type"]) == (415, "urn:huiyin:problem:unsupported-media-type")
        assert "jpg, png, webp" in refused.text
    assert (await photos.send(WEBP)).json()["media_type"] == "image/webp"
    assert kept(files) == {digest(WEBP)}


@pytest.mark.parametrize(("content", "status"), [(b"", 422), (JPEG * 2_000, 413)])
async def test_nothing_and_too_much_are_refused(photos: Photos, files: Path, content: bytes, status: int) -> None:
    assert (await photos.send(content)).status_code == status
    assert kept(files) == set()


async def test_a_photo_that_holds_malware_is_refused(
    photos: Photos, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scan(_scanner: NoScanner, _path: Path) -> ScanVerdict:
        return ScanVerdict.INFECTED

    monkeypatch.setattr(NoScanner, "scan", scan)
    refused = await photos.send()
    assert (refused.status_code, refused.json()["type"]) == (422, "urn:huiyin:problem:infected-file")
    assert kept(files) == set()


async def test_who_may_send_list_and_look(intake: IntakeDoor, home: str, visitors: Visitors) -> None:
    made = await visitors.record(home, photos=[digest(JPEG)])
    photos = Photos(intake, made["visit_id"], visitors.headers)
    assert (await photos.send()).status_code == 201
    elsewhere = photos.by(Role.OPERATOR, subject="e", area=OTHER_TOWN)
    stranger = photos.by(Role.VISITOR, subject="v-9", staff="S-9", area=OTHER_VILLAGE)
    auditor = photos.by(Role.AUDITOR, subject="a")
    nobody = Photos(intake, str(made["visit_id"])[:-4] + "0000", visitors.headers)
    sent = [(await one.send(Unread())).status_code for one in (elsewhere, stranger, auditor, nobody)]
    assert sent == [404, 404, 403, 404], "before a byte is read"
    supervisor = photos.by(Role.SUPERVISOR, subject="s", unit=SUPERVISION)
    for one in (auditor, supervisor):
        assert await one.states() == [(digest(JPEG), "kept")]
        assert (await one.look()).status_code == 403, "who may not see who lives there"
    for one in (elsewhere, stranger, nobody):
        assert (await one.look()).status_code == 404
    listed = await intake.http.get(elsewhere.path, headers=elsewhere.headers)
    assert listed.status_code == 404
    cadre = photos.by(Role.VISITOR, subject="v-1", **AS_CADRE)
    assert (await cadre.look()).content == JPEG
    for wrong in ("x", digest(JPEG).upper()):
        answer = await intake.http.get(f"{photos.path}/{wrong}", headers=photos.headers)
        assert (answer.status_code, answer.json()["fields"][0]["field"]) == (422, "sha256")


async def test_who_made_a_visit_sends_its_photos_wherever_the_household_is_by_now(
    intake: IntakeDoor, homes: Homes, visitors: Visitors
) -> None:
    there = (await homes.register(area_code=OTHER_VILLAGE))["household_id"]
    made = await visitors.record(there, staff_ids=["S-1"], photos=[digest(JPEG)])
    photos = Photos(intake, made["visit_id"], visitors.headers)
    other = photos.by(Role.VISITOR, subject="v-2", **AS_CADRE | {"staff": "S-2"})
    assert (await other.send(Unread())).status_code == 404
    maker = photos.by(Role.VISITOR, subject="v-1", **AS_CADRE)
    assert (await maker.send()).status_code == 201
    assert (await maker.look()).status_code == 404, "it is not for him to see who lives there any more"


async def test_each_look_is_on_the_record_and_counted(intake: IntakeDoor, home: str, photos: Photos) -> None:
    await photos.send()
    assert await said(intake, home, HouseholdRevealed) == [], "neither sending nor listing is a look"
    assert (await photos.look()).status_code == 200
    (look,) = await said(intake, home, HouseholdRevealed)
    assert (look.fields, look.reason) == (("photo",), "查看走访照片")
    auditor = intake.token(Role.AUDITOR, subject="a")
    (listed,) = (await intake.get("/intake/v1/household-looks", auditor))["items"]
    assert (listed["household_id"], listed["fields"]) == (home, ["photo"])
    most = intake.service.runtime.looks_per_hour
    statuses = [(await photos.look()).status_code for _ in range(most)]
    assert statuses == [*[200] * (most - 1), 429]
    assert len(await said(intake, home, HouseholdRevealed)) == most


async def test_photos_of_a_void_visit_go(intake: IntakeDoor, visitors: Visitors, photos: Photos, files: Path) -> None:
    await photos.send()
    await photos.send(PNG)
    voiding = photos.path.replace("/photos", "/voiding")
    await visitors.done(voiding, {"why": "登记错户"})
    assert (await photos.send()).status_code == 200, "it stands until somebody else has said"
    assert await swept(intake, files) == {digest(JPEG), digest(PNG)}
    supervisor = visitors.by(Role.SUPERVISOR, subject="s", unit=SUPERVISION)
    await supervisor.done(f"{voiding}/decision", {"granted": True, "why": "属实"})
    assert [state for _, state in await photos.states()] == ["missing", "missing"]
    assert (await photos.look()).status_code == 404
    refused = await photos.send(Unread())
    assert (refused.status_code, refused.json()["detail"]) == (409, "The visit is void: no photo is kept with it")
    assert await swept(intake, files) == set()


async def test_a_photo_that_a_correction_takes_away_goes(
    intake: IntakeDoor, home: str, visitors: Visitors, photos: Photos, files: Path
) -> None:
    await photos.send()
    await photos.send(PNG)
    await visitors.done(photos.path.replace("/photos", "/correction"), {"why": "误传", "photos": [digest(PNG)]})
    assert await photos.states() == [(digest(PNG), "kept")]
    assert (await photos.send()).status_code == 422
    assert await swept(intake, files) == {digest(PNG)}
    twin = await visitors.record(home, photos=[digest(PNG)])
    other = Photos(intake, twin["visit_id"], visitors.headers)
    assert (await other.send(PNG)).status_code == 201
    await visitors.done(photos.path.replace("/photos", "/correction"), {"why": "误传", "photos": []})
    assert await swept(intake, files) == {digest(PNG)}, "the same bytes are another visit's, too"


async def test_a_photo_that_comes_while_its_visit_is_corrected_is_kept_only_where_it_is_named(
    intake: IntakeDoor, visitors: Visitors, photos: Photos
) -> None:
    correction = photos.path.replace("/photos", "/correction")
    for number in range(8):
        named = [digest(JPEG)] if number % 2 else [digest(PNG)]
        await asyncio.gather(
            visitors.done(correction, {"why": "更换照片", "photos": named}), photos.send(), photos.send(PNG)
        )
        rows = await intake.rows("SELECT digest FROM visit_photo")
        assert {row.digest for row in rows} <= {*named}


async def test_a_photo_of_a_case_is_said_to_be_there_and_is_not_shown_here(
    intake: IntakeDoor, home: str, visitors: Visitors
) -> None:
    matters = [{"what": "becomes_case", "text": "村口路灯坏了三天"}]
    made = await visitors.record(home, photos=[digest(JPEG), digest(PNG)], matters=matters)
    photos = Photos(intake, made["visit_id"], visitors.headers)
    path = f"/intake/v1/cases/{made['matters'][0]['case_id']}/attachments"
    sent = await intake.http.post(path, content=JPEG, params={"name": "a.jpg"}, headers=intake.operator)
    assert sent.status_code == 201
    assert await photos.states() == [(digest(JPEG), "with_case"), (digest(PNG), "missing")]
    assert (await photos.look()).status_code == 404


async def test_bytes_that_are_lost_are_said_to_be_and_can_be_sent_again(photos: Photos, files: Path) -> None:
    await photos.send()
    (lost,) = files.glob("??/*")
    lost.unlink()
    assert (await photos.look()).status_code == 503
    assert (await photos.send()).status_code == 200
    assert (await photos.look()).content == JPEG


async def test_the_database_refuses_what_is_no_photo(intake: IntakeDoor, photos: Photos) -> None:
    await photos.send()
    for change in ("size = 0", "digest = 'x'", "scan = 'infected'"):
        with pytest.raises(IntegrityConstraintViolationError):
            async with intake.service.runtime.work_database.transaction(NOW) as session:
                await session.fetch(f"UPDATE visit_photo SET {change}")  # noqa: S608
