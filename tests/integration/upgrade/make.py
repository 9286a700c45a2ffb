"""Make what the test compares with, once, in a checkout of the release that is to be upgraded from.

    git worktree add ../before 5d1d885 && cd ../before
    PYTHONPATH=. python <here>/make.py rows packs/demo rows.jsonl
    huiyin replay rows.jsonl --data-dir data
    PYTHONPATH=. python <here>/make.py keep data/replay <the moment that the replay names> <here>

HUIYIN_VAULT_KEY and HUIYIN_VAULT_INDEX_KEY are those of ``KEYS`` in ``test_first_release.py`` for both.

The last starts that release on what its replay left, asks it everything, and keeps rows and answers beside the test.
"""

import asyncio
import json
import lzma
import sys
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx

HERE = Path(__file__).parent
ROWS, ANSWERS = "first_release.rows.xz", "first_release.answers.json.xz"
CASES = 1_700


async def keep(data: Path, moment: datetime, folder: Path) -> None:
    """Ask and store; for a release whose house opens as the first one's does."""
    sys.path.insert(0, str(HERE))
    questions, stored, house_of = import_module("questions"), import_module("stored"), import_module("huiyin.house")
    settings = import_module("libs.common.run.settings")
    given = settings.CommonSettings(data_dir=data, clock="simulated")
    async with house_of.open_house(given, simulated_start=moment, working=False) as house:
        transport = httpx.ASGITransport(import_module("huiyin.front").build_front(house))
        async with httpx.AsyncClient(transport=transport, base_url="http://house", headers=_bearer(data)) as client:
            said = await questions.Asker(client).everything()
        newest = {str(spec.service): _newest(spec.migrations) for spec in house_of.SPECS}
        (await stored.stored_of(house.url, newest)).write(folder / ROWS)
    print(f"{len(said)} answers")  # noqa: T201 - this is a command
    write_answers(folder / ANSWERS, moment, said)


def write_answers(file: Path, moment: datetime, said: dict[str, Any]) -> None:
    """The shape of each kind of answer, and of each answer two digests: of all of it, and without sign limits."""
    differences, questions = import_module("differences"), import_module("questions")
    shapes: dict[str, object] = {}
    digests = {}
    for question, answer in said.items():
        kind = questions.kind_of(question)
        shapes[kind] = questions.shape_of(answer, shapes.get(kind))
        whole = differences.comparable(answer)
        rest = differences.without_sign_limits(whole, within=question)
        digests[question] = [questions.digest_of(whole), questions.digest_of(rest)]
    sign_due = said[questions.YEAR]["total"]["sign_due"]
    document = {"moment": moment.isoformat(), "shapes": shapes, "digests": digests, "sign_due": sign_due}
    file.write_bytes(lzma.compress(json.dumps(document).encode(), preset=9))


def _bearer(data: Path) -> dict[str, str]:
    issuer = import_module("libs.common.security.issuer").LocalIssuer
    wall = import_module("libs.common.host.process").system_now
    everybody = [role for role in import_module("libs.common.security.principal").Role if role != "handler"]
    county = import_module("questions").COUNTY
    token = issuer.load_or_create(data, wall).issue("upgrade", everybody, county, None, timedelta(hours=2))
    return {"Authorization": f"Bearer {token}"}


def _newest(migrations: Path) -> str:
    return max(file.stem for file in migrations.glob("versions/0*.py"))[:4]


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["rows", pack, file]:
            sys.path.insert(0, str(HERE))
            import_module("complaints").write(Path(pack), CASES, Path(file))
        case ["keep", data, moment, folder]:
            asyncio.run(keep(Path(data), datetime.fromisoformat(moment), Path(folder)))
        case _:
            sys.exit(__doc__)
