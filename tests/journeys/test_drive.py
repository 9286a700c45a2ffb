"""The load that measures the house walks whole lifecycles, and counts what the house holds."""

from pathlib import Path

from bench.drive.house import Kind, open_house
from bench.drive.journal import Journal, Outcome, read
from bench.drive.office import Habits, open_office
from bench.drive.trial import all_counted, stand, steady

HABITS = Habits(at_once=8, looks_every=0.05, unsatisfied_every=3)


async def test_cases_are_walked_to_their_end_and_counted_by_everybody(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    async with open_house(Kind.ONE, tmp_path / "house") as house:
        async with open_office(house, HABITS, journal) as office:
            trial = await steady(office, cases=6, seconds=1.0, warm_up=0.2)
            assert await office.finish()
            found, _ = await all_counted(house.database_url, len(office.closed))
        assert set(trial.cpu) == {"huiyin", "postgres", "load"}
        assert await stand(house.database_url) == found
    await journal.close()
    assert office.registered == office.closed
    assert found.taken == found.told == found.counted == len(office.closed) > 0
    assert found.parked == 0
    answered = {str(entry.said["case_id"]) for entry in read(journal.path) if _registered(entry.kind, entry.outcome)}
    assert answered == office.registered
    callbacks = [entry for entry in read(journal.path) if (entry.kind, entry.outcome) == ("attempt", Outcome.OK)]
    # Some were not satisfied the first time, and asked again after another round.
    assert len(callbacks) > len(office.closed)


def _registered(kind: str, outcome: Outcome) -> bool:
    return (kind, outcome) == ("register", Outcome.OK)
