"""Short form: a few poisoned events for each service, and a release in which every handler fails."""

import pytest

from libs.common.delivery import inbox
from libs.programs.postgres.server import EmbeddedPostgres
from tests.chaos.delivery.poison import a_bad_release, one_in_a_hundred


async def test_what_is_poisoned_stands_aside_and_is_replayed_in_order_once_it_is_mended(
    postgres: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "FIRST_AGAIN", 0.02)
    for verdict in await one_in_a_hundred(postgres.dsn, 1_500, seed=20260303, timed=False):
        assert verdict.passed, verdict


async def test_a_release_that_fails_everything_halts_the_reader(postgres: EmbeddedPostgres) -> None:
    for verdict in await a_bad_release(postgres.dsn, 600, seed=20260303):
        assert verdict.passed, verdict
