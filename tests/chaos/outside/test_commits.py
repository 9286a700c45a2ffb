"""Short form of the lost answers to COMMIT."""

from pathlib import Path

from tests.chaos.outside.commits import lose_answers


async def test_a_commit_whose_answer_is_lost_is_resolved_by_its_key(database_url: str, tmp_path: Path) -> None:
    for verdict in await lose_answers(database_url, tmp_path, rounds=6):
        assert verdict.passed, verdict
