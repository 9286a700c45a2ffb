"""Walks through the house as many and as long as wanted, counted: how often, how far, and how the cases ended."""

from collections import Counter
from dataclasses import dataclass, field

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import invariant, run_state_machine_as_test

from tests.unit.guard.machine import House

WALKS = settings(max_examples=100, stateful_step_count=50, database=None, deadline=None)
"""How long a walk takes says nothing of the house."""
HUNT = settings(
    WALKS,
    max_examples=2_000,
    phases=[Phase.generate],
    report_multiple_bugs=False,
    print_blob=False,
    suppress_health_check=list(HealthCheck),
)
"""With a seed the same walks in every build, but for what was imported before, which changes what is drawn."""


def hunt(machine: type[House]) -> None:
    """Walk, and again elsewhere if nothing was found: some walls few walks come by. AssertionError, or ValueError."""
    for number in range(3):
        run_state_machine_as_test(seed(number)(machine), settings=HUNT)


@dataclass
class Walked:
    """What was walked. ``ends`` are the ways in which cases were closed; those that stayed open have none."""

    runs: int = 0
    steps: int = 0
    longest: int = 0
    links: int = 0
    """Answers that came by a one-time link."""
    ends: Counter[str] = field(default_factory=Counter)

    def note(self, house: House, steps: int) -> None:
        """One walk is over."""
        self.runs += 1
        self.steps += steps
        self.longest = max(self.longest, steps)
        self.links += len(house.log.linked)
        closing = house.promises.state.closing
        self.ends[closing.value if closing else "still open"] += 1


def walk(machine: type[House], runs: int, steps: int, number: int) -> Walked:
    """So many walks, drawn as by a number: the same number draws the same.

    Raises:
        AssertionError: a case was closed against its citizen, or something else that must hold did not; its shortest
            way there is in the notes.
    """
    walked = Walked()

    class Counted(machine):  # type: ignore[valid-type, misc]
        """The house, with its steps counted."""

        def __init__(self) -> None:
            super().__init__()
            self.steps = 0

        @invariant()
        def one_step_further(self) -> None:
            self.steps += 1

        def teardown(self) -> None:
            walked.note(self, self.steps)
            super().teardown()

    wanted = settings(WALKS, max_examples=runs, stateful_step_count=steps, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(seed(number)(Counted), settings=wanted)
    return walked
