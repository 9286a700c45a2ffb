"""All scenarios, in the order in which they run."""

from tests.chaos.delivery.scenarios import DELIVERY, POISON
from tests.chaos.failpoints import FAILPOINTS
from tests.chaos.kills import KILLS
from tests.chaos.moments import MOMENTS
from tests.chaos.outside.broker import BROKER
from tests.chaos.outside.clock import CLOCK
from tests.chaos.outside.disk import DISK
from tests.chaos.outside.network import NETWORK
from tests.chaos.outside.postgres import POSTGRES
from tests.chaos.outside.tail import TAIL
from tests.chaos.packs import PACKS
from tests.chaos.scenario import Scenario
from tests.chaos.stopped import STOPPED
from tests.chaos.timers import TIMERS

SCENARIOS: tuple[Scenario, ...] = (
    KILLS,
    FAILPOINTS,
    TIMERS,
    STOPPED,
    DELIVERY,
    POISON,
    PACKS,
    POSTGRES,
    BROKER,
    TAIL,
    NETWORK,
    DISK,
    CLOCK,
    MOMENTS,
)
