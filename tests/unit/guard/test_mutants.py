"""The machine that finds nothing wrong with the house finds each way to break the guard."""

import pytest

from tests.unit.guard.broken_inbox import HouseWithABrokenInbox
from tests.unit.guard.mutants import MUTANTS, Break
from tests.unit.guard.walks import hunt


@pytest.mark.timeout(600)
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.__name__)
def test_the_machine_finds_a_broken_guard(mutant: Break, monkeypatch: pytest.MonkeyPatch) -> None:
    mutant(monkeypatch)
    # A state that cannot be is refused by itself (ValueError), behind the guard.
    with pytest.raises((AssertionError, ValueError)):
        hunt(HouseWithABrokenInbox)
