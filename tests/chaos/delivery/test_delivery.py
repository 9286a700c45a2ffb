"""Short form: some thousand events, each once in order, and each 1 to 5 times out of order; and that a loss is seen."""

import random

from libs.common.bus.flow import Service
from libs.programs.postgres.server import EmbeddedPostgres
from tests.chaos.delivery.arriving import records, windows
from tests.chaos.delivery.fingerprint import fingerprint
from tests.chaos.delivery.often import once_or_often
from tests.chaos.delivery.receivers import open_receiver
from tests.conftest import MakeDatabase
from tests.support.mixing import history


async def test_what_comes_often_and_out_of_order_leaves_the_state_of_once_in_order(postgres: EmbeddedPostgres) -> None:
    for verdict in await once_or_often(postgres.dsn, 3_000, seed=20260303):
        assert verdict.passed, verdict


async def test_an_event_that_never_comes_shows_in_the_state(make_database: MakeDatabase) -> None:
    act = next(records(history(200, random.Random(1))))
    prints = []
    for given in (act, act[:-1]):
        async with open_receiver(Service.ANALYTICS, await make_database("template0")) as receiver:
            await receiver.consumer.take(given)
            prints.append(await fingerprint(receiver.database))
    assert prints[0]["fact"] != prints[1]["fact"]
    assert prints[0]["watermark"] != prints[1]["watermark"]


def test_every_record_of_a_window_comes_at_least_once_and_at_most_six_times() -> None:
    act = next(records(history(1_000, random.Random(2))))
    came: dict[int, int] = dict.fromkeys((record.offset for record in act), 0)
    out_of_order = 0
    for window in windows(act, random.Random(3)):
        offsets = [record.offset for record in window]
        out_of_order += offsets != sorted(offsets)
        for offset in offsets:
            came[offset] += 1
    assert min(came.values()) == 1
    assert max(came.values()) > 2
    assert out_of_order > len(act) // 200
