"""A database of the first release, with 1,700 replayed cases, tells the same after all migrations and a rebuild.

Its rows and its answers are kept beside this test, and ``make.py`` says how they are made anew in a checkout of that
release. What a later release tells otherwise on purpose is named in ``differences.py``.
"""

import base64
import json
import lzma
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bench.drive.database import connected
from huiyin.house import SPECS
from huiyin.rebuild.analytics import rebuild
from libs.common.database.migrate import migrate
from libs.common.security.principal import Role
from tests.integration.upgrade.differences import comparable, without_sign_limits
from tests.integration.upgrade.make import ANSWERS, HERE, ROWS
from tests.integration.upgrade.questions import YEAR, Asker, digest_of, in_shape, kind_of
from tests.integration.upgrade.stored import Stored
from tests.journeys.county import COUNTY, open_county
from tests.support.upgrading import migrate_to

KEYS: dict[str, Any] = {
    name: SecretStr(base64.b64encode(bytes(range(first, first + 32))).decode())
    for name, first in (("vault_key", 0), ("vault_index_key", 32))
}
_LIMITS_OF_ONE_MISS = """
    SELECT coalesce(sum(times - 1), 0) FROM (
        SELECT key, payload ->> 'round' AS round, payload ->> 'due_at' AS due_at, count(*) AS times
        FROM followup.ledger WHERE type = 'cn.huiyin.case.deadline_set' AND payload ->> 'deadline' = 'sign'
        GROUP BY 1, 2, 3
    ) AS limits WHERE EXISTS (
        SELECT FROM followup.ledger AS missed WHERE missed.type = 'cn.huiyin.case.deadline_missed'
            AND missed.payload ->> 'deadline' = 'sign' AND missed.key = limits.key
            AND (missed.payload ->> 'round', missed.payload ->> 'due_at') = (limits.round, limits.due_at)
    )
"""
"""How many sign limits were handed on with their case, to be missed by the next unit at the same moment."""


@pytest.mark.timeout(600)
async def test_every_figure_list_and_history_is_what_it_was(database_url: str, tmp_path: Path) -> None:
    before = json.loads(lzma.decompress((HERE / ANSWERS).read_bytes()))
    await _upgrade(database_url)
    after = await _said(database_url, tmp_path, datetime.fromisoformat(before["moment"]))
    assert len(after["/intake/v1/cases"]) == 1_700
    assert not before["digests"].keys() - after.keys()
    differing, mended = [], 0
    for question, (whole, rest) in before["digests"].items():
        answer = comparable(in_shape(after[question], before["shapes"][kind_of(question)]))
        if digest_of(answer) == whole:
            continue
        mended += 1
        if digest_of(without_sign_limits(answer, within=question)) != rest:
            differing.append(question)
    assert not differing, f"{len(differing)} of {len(before['digests'])} answers differ: {differing[:10]}"
    async with connected(database_url) as connection:
        of_one_miss = await connection.fetchval(_LIMITS_OF_ONE_MISS)
    assert before["sign_due"] - after[YEAR]["total"]["sign_due"] == of_one_miss
    assert mended < len(before["digests"]) / 10


async def _upgrade(url: str) -> None:
    """As docs/operations.md has it: all migrations, then analytics is rebuilt once."""
    stored = Stored.read(HERE / ROWS)
    for spec in SPECS:
        await migrate_to(url, spec, stored.revisions[spec.service])
    await stored.lay(url)
    for spec in SPECS:
        await migrate(url, str(spec.service), spec.migrations)
    await rebuild(url)


async def _said(url: str, folder: Path, moment: datetime) -> dict[str, Any]:
    """All that this release says of the database."""
    async with open_county(url, folder, start=moment, working=False, **KEYS) as county:
        roles = [role for role in Role if role is not Role.HANDLER]
        token = county.issuer.issue("upgrade", roles, COUNTY, None, timedelta(hours=1))
        county.http.headers["Authorization"] = f"Bearer {token}"
        return await Asker(county.http).everything()
