"""What a worker sees to every ten minutes: one matter that fails keeps no other waiting, and is counted."""

from datetime import datetime

import pytest
from prometheus_client import REGISTRY

from libs.common.blobs.port import BlobTrouble
from libs.common.host.maintenance import put_in_order
from libs.common.pack.versions import PackVersions
from libs.common.run.supervise import LoopProgress
from libs.common.service.runtime import Runtime
from services.intake.main import SPEC
from tests.integration.intake.door import IntakeDoor


def failures(matter: str) -> float:
    value = REGISTRY.get_sample_value("huiyin_tidying_failures_total", {"service": "intake", "matter": matter})
    return value or 0.0


@pytest.mark.parametrize("error", [ValueError("broken"), BlobTrouble("a disk")])
async def test_a_matter_that_fails_each_time_is_counted_and_the_others_are_done(
    intake: IntakeDoor, error: Exception, capfd: pytest.CaptureFixture[str]
) -> None:
    done: list[str] = []

    async def fails(runtime: Runtime, now: datetime) -> None:
        raise error

    async def works(runtime: Runtime, now: datetime) -> None:
        done.append(str(runtime.service))

    before = failures("first"), failures("second")
    for _ in range(2):
        await put_in_order(intake.service.runtime, {"first": fails, "second": works}, LoopProgress())
    assert done == ["intake", "intake"]
    assert (failures("first") - before[0], failures("second") - before[1]) == (2.0, 0.0)
    assert type(error).__name__ in capfd.readouterr().err


async def test_every_matter_of_intake_is_seen_to(intake: IntakeDoor) -> None:
    assert list(SPEC.tidying) == ["areas", "openings", "gaps", "contacts", "rounds", "files"]
    before = [failures(matter) for matter in SPEC.tidying]
    await put_in_order(intake.service.runtime, SPEC.tidying, LoopProgress())
    assert [failures(matter) for matter in SPEC.tidying] == before


async def test_before_any_pack_has_come_nothing_is_amiss(intake: IntakeDoor, monkeypatch: pytest.MonkeyPatch) -> None:
    """A county that begins: its first round comes before its pack."""
    before = [failures(matter) for matter in SPEC.tidying]
    monkeypatch.setattr(intake.service.runtime.work_database, "packs", PackVersions())
    await put_in_order(intake.service.runtime, SPEC.tidying, LoopProgress())
    assert [failures(matter) for matter in SPEC.tidying] == before
