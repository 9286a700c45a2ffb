"""Whoever owns the database can make everything in it agree; he cannot make it agree with what was anchored outside."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from bench.drive.database import connected
from huiyin.audit.anchors.chain import OFTEN
from huiyin.audit.anchors.document import name_of
from huiyin.audit.anchors.leaves import Leaf, check, read
from huiyin.audit.anchors.stores import FolderStore
from huiyin.audit.anchors.taking import NoKnownKey, take
from huiyin.audit.auditing import Subject, audit, examine
from huiyin.audit.report import AuditReport, Invariant
from libs.common.time.clock import system_now
from tests.integration.audit.conftest import Copy
from tests.integration.audit.county import open_county
from tests.integration.audit.living import live
from tests.support.anchoring import (
    DAY,
    NIGHT,
    OTHER_KEY,
    SCHEMAS,
    anchoring,
    chain_anew,
    folder_anchoring,
    held_against,
    rewrite,
)

WORDS, KINDER = "还是不亮", "态度很好"


def anchored(report: AuditReport) -> list[tuple[str, str, str]]:
    return [(one.service, one.key, one.message) for one in report.violations if one.invariant is Invariant.ANCHOR]


async def test_an_anchored_county_is_clean(copy: Copy, tmp_path: Path) -> None:
    taker = folder_anchoring(tmp_path)
    for night in range(3):
        taken = await take(copy.url, taker, NIGHT + night * DAY)
        assert taken.failed == ()
    report = await examine(Subject(copy.url, anchors=held_against(taker, NIGHT + 2.1 * DAY, [1])))
    assert report.clean, report.violations
    assert not report.pending
    assert report.checked[Invariant.ANCHOR] == 3 + 2 * taken.file.anchor.keys
    assert taken.file.anchor.place == "999001000000"
    assert [ledger.service for ledger in taken.file.anchor.ledgers] == SCHEMAS


async def test_words_that_their_owner_rewrote_are_found_by_the_anchor_alone(copy: Copy, tmp_path: Path) -> None:
    taker = folder_anchoring(tmp_path)
    await take(copy.url, taker, NIGHT)
    changed = await rewrite(copy.url, WORDS, KINDER)
    assert changed
    believed = await examine(Subject(copy.url))
    assert believed.clean, believed.violations
    report = await examine(Subject(copy.url, anchors=held_against(taker, NIGHT + timedelta(hours=1))))
    assert {(service, key) for service, key, _ in anchored(report)} == {
        (service, key) for service, keys in changed.items() for key in keys
    }
    assert all("the hashes made anew" in message and "(number 1)" in message for *_, message in anchored(report))
    assert report.found == {Invariant.ANCHOR: sum(map(len, changed.values()))}


async def test_what_is_anchored_after_it_was_rewritten_says_so_for_ever(copy: Copy, tmp_path: Path) -> None:
    taker = folder_anchoring(tmp_path)
    await take(copy.url, taker, NIGHT)
    changed = await rewrite(copy.url, WORDS, KINDER)
    later = await take(copy.url, taker, NIGHT + DAY)
    previous = later.file.anchor.previous
    assert previous is not None
    assert previous.differences == sum(map(len, changed.values()))
    await take(copy.url, taker, NIGHT + 2 * DAY)
    report = await examine(Subject(copy.url, anchors=held_against(taker, NIGHT + 2 * DAY)))
    found = anchored(report)
    said = f"found {previous.differences} keys rewritten when it was taken; look at number 1"
    assert ("anchors", "anchor 2", said) in found
    assert {key for service, key, _ in found if service == "followup"} == changed["followup"]


async def test_a_case_that_is_gone_and_one_cut_short_are_named(copy: Copy, tmp_path: Path) -> None:
    taker = folder_anchoring(tmp_path)
    await take(copy.url, taker, NIGHT)
    gone, short = copy.cases["fresh"], copy.cases["solved"]
    async with connected(copy.url, session_replication_role="replica") as connection:
        for schema in SCHEMAS:
            for table in ("ledger", "ledger_head", "watermark"):
                await connection.execute(f"DELETE FROM {schema}.{table} WHERE key = $1", gone)  # noqa: S608
        await connection.execute("DELETE FROM followup.ledger WHERE key = $1 AND seq > 1", short)
        await connection.execute("UPDATE followup.ledger_head SET seq = 1 WHERE key = $1", short)
    await chain_anew(copy.url)
    report = await examine(Subject(copy.url, anchors=held_against(taker, NIGHT)), limit=1000)
    found = {(service, key): message for service, key, message in anchored(report)}
    assert found["intake", gone].startswith("nothing is left of its history; ")
    assert "the end of its history was cut off" in found["followup", short]
    assert {key for _, key in found} == {gone, short}


async def test_anchors_that_are_not_there_forged_or_of_the_future(copy: Copy, tmp_path: Path) -> None:
    taker = folder_anchoring(tmp_path)
    for night in range(4):
        await take(copy.url, taker, NIGHT + night * DAY)
    (tmp_path / name_of(2)).unlink()
    subject = Subject(copy.url, anchors=held_against(taker, NIGHT + 3 * DAY))
    assert anchored(await examine(subject)) == [("anchors", "anchor 2", "is not there, and later ones are")]

    (tmp_path / name_of(4)).unlink()
    forger = anchoring(FolderStore(tmp_path / "forged"), key=OTHER_KEY)
    for night in range(4):
        await take(copy.url, forger, NIGHT + night * DAY)
    (tmp_path / name_of(4)).write_bytes((tmp_path / "forged" / name_of(4)).read_bytes())
    messages = [message for *_, message in anchored(await examine(subject))]
    assert any("is not signed by a key that is known here" in message for message in messages)
    assert any("does not follow number 3 as it is now" in message for message in messages)

    early = Subject(copy.url, anchors=held_against(taker, NIGHT))
    assert "is of the future: 2026-05-07 18:40 UTC" in [message for *_, message in anchored(await examine(early))]


async def test_a_night_without_and_no_anchor_at_all(copy: Copy, tmp_path: Path) -> None:
    taker = folder_anchoring(tmp_path)
    none = await examine(Subject(copy.url, anchors=held_against(taker, NIGHT)))
    assert anchored(none) == [("anchors", "anchor", "there is none")]
    await take(copy.url, taker, NIGHT)
    late = await examine(Subject(copy.url, anchors=held_against(taker, NIGHT + OFTEN + timedelta(minutes=1))))
    assert anchored(late) == [("anchors", "anchor", "the newest is of 2026-05-05 18:40 UTC: a night is without")]
    await take(copy.url, taker, NIGHT + 3 * DAY)
    after = await examine(Subject(copy.url, anchors=held_against(taker, NIGHT + 3 * DAY)))
    assert after.clean, after.violations
    assert after.pending == {"nights without an anchor": 2}


async def test_leaves_that_were_taken_away_or_changed(copy: Copy, tmp_path: Path) -> None:
    taker = folder_anchoring(tmp_path)
    taken = await take(copy.url, taker, NIGHT)
    leaves = tmp_path / taken.file.anchor.leaves.file
    kept = leaves.read_bytes()
    subject = Subject(copy.url, anchors=held_against(taker, NIGHT))
    leaves.unlink()
    [(_, key, message)] = anchored(await examine(subject))
    assert (key, message.startswith("has no leaves")) == ("anchor 1", True)
    leaves.write_bytes(kept[:-9])
    [(_, _, message)] = anchored(await examine(subject))
    assert message == "has leaves that are not those that were signed"
    unknown = await take(copy.url, taker, NIGHT + DAY)
    assert unknown.file.anchor.previous is not None
    assert unknown.file.anchor.previous.differences is None


async def test_anchors_of_an_unknown_key_are_not_followed(copy: Copy, tmp_path: Path) -> None:
    await take(copy.url, folder_anchoring(tmp_path), NIGHT)
    with pytest.raises(NoKnownKey):
        await take(copy.url, anchoring(FolderStore(tmp_path), key=OTHER_KEY), NIGHT + DAY)


async def test_every_anchor_of_a_busy_house_is_of_one_moment_and_holds(database_url: str, tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "anchors")
    taker = anchoring(store)
    async with open_county(database_url, tmp_path) as county:
        life = asyncio.create_task(live(county))
        files = []
        while not life.done():
            files.append((await take(database_url, taker, system_now())).file)
        await life
        report = await examine(
            Subject(database_url, anchors=held_against(taker, system_now(), range(1, len(files) + 1)))
        )
        assert (await audit(county.house)).clean
    assert report.clean, report.violations
    assert len(files) > 3
    assert files[-1].anchor.keys > files[0].anchor.keys
    for file in files:
        path = tmp_path / "leaves"
        await store.fetch(file.anchor.leaves.file, path)
        check(file.anchor, path)
        leaves = [leaf for some in read(path) for leaf in some]
        assert leaves == sorted(leaves, key=_place)
        registered = {leaf.key for leaf in leaves if (leaf.service, leaf.stream) == ("intake", "cases")}
        assert {leaf.key for leaf in leaves if leaf.stream == "cases"} == registered


def _place(leaf: Leaf) -> tuple[int, str, str]:
    return SCHEMAS.index(leaf.service), leaf.stream, leaf.key
