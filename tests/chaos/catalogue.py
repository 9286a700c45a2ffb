"""All scenarios, in the order in which they run."""

from tests.chaos.delivery.scenarios import DELIVERY, POISON
from tests.chaos.failpoints import FAILPOINTS
from tests.chaos.kills import KILLS
from tests.chaos.outside.postgres import POSTGRES
from tests.chaos.scenario import Scenario
from tests.chaos.stopped import STOPPED

SCENARIOS: tuple[Scenario, ...] = (
    KILLS,
    FAILPOINTS,
    STOPPED,
    DELIVERY,
    POISON,
    POSTGRES,
)
