"""From a door to what the actions know: who asks, and which cases that reaches."""

from libs.common.rules.requests import Request
from libs.common.rules.versions import ANY_VERSION, ExpectedVersion
from libs.common.web.door import Door
from services.intake.cases.actions.drafts import Desk
from services.intake.cases.queries.reach import Viewer


def request_of(door: Door, expected: ExpectedVersion = ANY_VERSION) -> Request:
    """What the caller asks for, of the cases that its right reaches."""
    return Request(door.actor, door.scope, expected)


def viewer_of(door: Door) -> Viewer:
    """Who looks, with the cases that the right reaches."""
    return Viewer(door.principal, door.scope)


def desk_of(door: Door) -> Desk:
    """Where the caller registers, by the pack that is in force; Unavailable when no pack has been loaded."""
    # Not the time of the request: a long batch goes on for minutes, and its later lines are registered later.
    now = door.runtime.clock.now()
    shelved = door.runtime.door_database.packs.current(now)
    return Desk(door.principal, door.scope, shelved, door.runtime.vault, now)
