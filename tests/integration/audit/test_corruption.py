"""Whatever is changed behind the system's back is found, and named with the case and the difference."""

import pytest

from huiyin.audit.auditing import Subject, examine
from huiyin.audit.report import Invariant
from tests.integration.audit.conftest import Copy, named
from tests.integration.audit.damage import KINDS


async def test_the_county_as_it_lived_is_clean(copy: Copy) -> None:
    report = await examine(Subject(copy.url))
    assert report.clean, report.violations
    assert report.cases == len(copy.cases)
    assert set(report.checked) == set(Invariant) - {Invariant.FILE, Invariant.ANCHOR}, "no file, no anchor here"
    assert all(report.checked.values())
    assert not report.pending


@pytest.mark.parametrize("kind", KINDS)
async def test_is_found_and_named(copy: Copy, kind: str) -> None:
    spoiled = KINDS[kind]
    await copy.spoil(*spoiled.sql)
    report = await examine(Subject(copy.url))
    assert named(report, copy.cases, spoiled), report.violations
