"""Who asks at the door."""

from libs.common.web.door import Door
from services.followup.cases.domain.terms import Actor


def actor_of(door: Door) -> Actor:
    """The account, and the unit that it acts for."""
    return Actor(door.principal.subject, door.principal.unit_code)
