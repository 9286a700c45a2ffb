"""All scenarios, in the order in which they run."""

from tests.chaos.delivery.scenarios import DELIVERY, POISON
from tests.chaos.kills import KILLS
from tests.chaos.scenario import Scenario

SCENARIOS: tuple[Scenario, ...] = (
    KILLS,
    DELIVERY,
    POISON,
)
