"""``huiyin anchor``: beside the database, without it, and where something is not right."""

import asyncio
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from prometheus_client import REGISTRY

from huiyin.audit.anchors.document import name_of
from huiyin.audit.anchors.nightly import nightly_anchors
from huiyin.audit.anchors.stores import FolderStore
from libs.common.run.supervise import stop
from libs.common.time.clock import SimulatedClock
from tests.integration.audit.conftest import Copy
from tests.integration.audit.county import open_county
from tests.support.anchoring import DAY, KEY, NIGHT, OTHER_KEY, anchoring, rewrite
from tests.support.blob_stores import s3_server
from tests.support.commands import run
from tests.support.eventually import eventually

__all__ = ["s3_server"]
pytestmark = pytest.mark.timeout(400)
_WORDS, _KINDER = "还是不亮", "态度很好"


async def test_from_the_first_anchor_to_the_case_that_was_rewritten(copy: Copy, tmp_path: Path) -> None:
    anchors = tmp_path / "anchors"
    there = {"HUIYIN_DATABASE_URL": copy.url, "HUIYIN_ANCHOR_DIR": str(anchors), "HUIYIN_ANCHOR_KEY": KEY}
    public = (await run("anchor", "key", **there)).out.strip()
    checks = {"HUIYIN_ANCHOR_DIR": str(anchors), "HUIYIN_ANCHOR_PUBLIC_KEYS": public}

    for number in (1, 2):
        taken = await run("anchor", "now", "--keep", "--json", **there)
        assert (taken.status, taken.document["number"], taken.document["failed"]) == (0, number, [])
        assert '"event":"ledgers anchored"' in taken.err
        assert f'"root":"{taken.document["root"]}"' in taken.err
    listed = await run("anchor", "list", "--json", **checks)
    assert listed.status == 0, listed.err
    assert [(row["number"], row["says"]) for row in listed.document] == [(1, "folder"), (2, "folder")]

    newest = str(anchors / name_of(2))
    verified = await run("anchor", "verify", newest, "--public-key", public)
    assert verified.status == 0, verified.out + verified.err
    assert "1 to 2 follow each other" in verified.out
    assert "give this root" in verified.out
    assert (await run("audit", HUIYIN_DATABASE_URL=copy.url, **checks)).status == 0

    key = min((await rewrite(copy.url, _WORDS, _KINDER))["followup"])
    content = ("anchor", "verify", newest, "--public-key", public, "--content")
    told = await run(*content, HUIYIN_DATABASE_URL=copy.url)
    assert told.status == 1, told.out + told.err
    assert f"followup {key}: event" in told.out
    found = await run("audit", "--anchor", "1", HUIYIN_DATABASE_URL=copy.url, **checks)
    assert found.status == 1
    for number in (1, 2):
        assert any(
            line.startswith(f"I11 followup {key}: event") and f"(number {number})" in line
            for line in found.out.splitlines()
        )


async def test_a_stranger_sees_what_was_forged_or_taken_away(copy: Copy, tmp_path: Path) -> None:
    there = {"HUIYIN_DATABASE_URL": copy.url, "HUIYIN_ANCHOR_DIR": str(tmp_path), "HUIYIN_ANCHOR_KEY": KEY}
    public = (await run("anchor", "key", **there)).out.strip()
    for _ in range(2):
        assert (await run("anchor", "now", **there)).status == 0
    first, second = tmp_path / name_of(1), tmp_path / name_of(2)
    other = (await run("anchor", "key", HUIYIN_ANCHOR_KEY=OTHER_KEY, HUIYIN_ANCHOR_DIR="x")).out.strip()
    told = await run("anchor", "verify", str(second), "--public-key", other)
    assert (told.status, "anchor 2 is not signed by a key that is known here" in told.out) == (1, True)
    first.unlink()
    shutil.copy(second, first)
    told = await run("anchor", "verify", str(second), "--public-key", public)
    assert (told.status, "anchor 1 says that it is number 2" in told.out) == (1, True)
    wrong = await run("anchor", "verify", str(second), "--public-key", "x")
    assert (wrong.status, "huiyin anchor key" in wrong.err) == (2, True)


async def test_settings_that_are_missing_are_named(copy: Copy, tmp_path: Path) -> None:
    url, folder = {"HUIYIN_DATABASE_URL": copy.url}, {"HUIYIN_ANCHOR_DIR": str(tmp_path / "anchors")}
    elsewhere = {"HUIYIN_DATA_DIR": str(tmp_path)}
    for settings, name in (
        (folder | elsewhere, "HUIYIN_ANCHOR_KEY is not set"),
        ({"HUIYIN_ANCHOR_KEY": KEY}, "HUIYIN_ANCHOR_DIR or HUIYIN_ANCHOR_BUCKET"),
        ({"HUIYIN_ANCHOR_KEY": "x"}, "HUIYIN_ANCHOR_KEY: an anchor key is base64 of 32 bytes"),
        ({"HUIYIN_ANCHOR_KEY": KEY, "HUIYIN_ANCHOR_BUCKET": "https://s3.example.org/b"}, "ANCHOR_BUCKET_ACCESS_KEY"),
    ):
        told = await run("anchor", "now", **url, **settings)
        assert (told.status, name in told.err) == (2, True), told.err
    told = await run("audit", **url, **folder, **elsewhere)
    assert (told.status, "HUIYIN_ANCHOR_PUBLIC_KEYS is not set" in told.err) == (2, True)
    told = await run("audit", "--anchor", "1", **url, **elsewhere)
    assert (told.status, "there are no anchors here" in told.err) == (2, True)


async def test_a_store_that_is_away_gets_it_later(copy: Copy, tmp_path: Path, s3_server: str) -> None:
    there = {
        "HUIYIN_DATABASE_URL": copy.url,
        "HUIYIN_ANCHOR_DIR": str(tmp_path / "anchors"),
        "HUIYIN_ANCHOR_KEY": KEY,
        "HUIYIN_ANCHOR_BUCKET": f"{s3_server}/later/county",
        "HUIYIN_ANCHOR_BUCKET_ACCESS_KEY": "access",
        "HUIYIN_ANCHOR_BUCKET_SECRET_KEY": "secret",
        "HUIYIN_ANCHOR_LOCK_DAYS": "30",
    }
    told = await run("anchor", "now", "--keep", **there)
    assert (told.status, "the bucket did not take it" in told.err) == (1, True), told.err
    async with httpx.AsyncClient(timeout=60.0) as client:
        made = await client.put(f"{s3_server}/later", headers={"x-amz-bucket-object-lock-enabled": "true"})
    assert made.status_code == 200
    assert (await run("anchor", "now", "--keep", **there)).status == 0
    listed = await run("anchor", "list", "--json", **there)
    assert [row["stores"] for row in listed.document] == ["folder, bucket"] * 2
    assert (await run("audit", **there)).status == 0


async def test_a_house_takes_one_at_once_and_then_each_night(copy: Copy, tmp_path: Path) -> None:
    good, bad = FolderStore(tmp_path / "good"), FolderStore(tmp_path / "file" / "bad")
    (tmp_path / "file").write_bytes(b"")
    wall = SimulatedClock(NIGHT - timedelta(hours=3))
    async with open_county(copy.url, tmp_path, working=False) as county:
        nightly = asyncio.create_task(nightly_anchors(county.house, anchoring(good, bad), wall))
        await eventually(lambda: (good.folder / name_of(1)).exists() and _gauge("stores_behind") == 1)
        (tmp_path / "file").unlink()
        wall.advance_to(wall.now() + timedelta(minutes=11))
        await eventually(lambda: (bad.folder / name_of(1)).exists() and _gauge("stores_behind") == 0)
        wall.advance_to(NIGHT)
        await eventually(lambda: (bad.folder / name_of(2)).exists() and _last() == NIGHT)
        wall.advance_to(NIGHT + DAY)
        await eventually((good.folder / name_of(3)).exists)
        await eventually(lambda: _last() == NIGHT + DAY)
        await stop(nightly)


def _last() -> datetime:
    return datetime.fromtimestamp(_gauge("last_timestamp_seconds") or 0.0, UTC)


def _gauge(name: str) -> float | None:
    return REGISTRY.get_sample_value(f"huiyin_ledger_anchor_{name}")
