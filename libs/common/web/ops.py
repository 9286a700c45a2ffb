"""What an operator may do to a service (运维): see parked events, play them again or drop them, resend, move time."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Protocol, Self

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import Field, model_validator

from libs.common.bus.flow import Stream
from libs.common.errors import Conflict, Forbidden, NotFound, invalid
from libs.common.security.right import Right
from libs.common.web.cursors import Page, PageQuery, decode_cursor, encode_cursor
from libs.common.web.door import Door, Needs
from libs.common.web.fields import AnswerBody, Count, Moment, Reason, RequestBody, fault
from libs.common.web.headers import IdempotencyKey

_LIST = "ops.parked"
_LONGEST_KEY = 200
_MOST_DROPPED = 1_000

EventKey = Annotated[str, Field(min_length=1, max_length=_LONGEST_KEY, pattern=r"^[!-~]+$")]
KeyInPath = Annotated[EventKey, Path(description="What the events are about, for example a case id (键)")]


class NeedsWholePlace(Needs):
    """As ``needs``, for what concerns every case of the place at once: 403 for whoever's area is only a part of it.

    Before the first pack there is no place, and no case in it.
    """

    async def __call__(self, request: Request) -> Door:
        """The door."""
        door = await super().__call__(request)
        packs = door.runtime.door_database.packs
        place = packs.current(door.now).directory.pack.place.code if packs.newest else None
        if place is not None and not door.scope.covers(place):
            raise Forbidden(
                f"This concerns all of {place}, and your area is not", f"此操作涉及 {place} 全域，超出您的辖区"
            )
        return door


Reading = Annotated[Door, Depends(NeedsWholePlace(Right.PARKED_READ))]
Managing = Annotated[Door, Depends(NeedsWholePlace(Right.PARKED_MANAGE))]
Resending = Annotated[Door, Depends(NeedsWholePlace(Right.EVENTS_RESEND))]
Advancing = Annotated[Door, Depends(NeedsWholePlace(Right.CLOCK_ADVANCE))]


class ParkedKey(AnswerBody):
    """One key whose events stand still, because the first of them failed or waits for a missing one."""

    stream: Stream
    key: str
    state: Annotated[str, Field(description="Of its first event: `failed`, or `waiting` for a gap to fill")]
    events: Count
    reason: str
    parked_at: datetime


class ParkedEvent(AnswerBody):
    """One event that stands still. Its content is not shown."""

    id: int
    source: str
    seq: int
    type: str
    state: Annotated[str, Field(description="`failed`, `waiting`, or `behind` one of these")]
    reason: str
    tries: int
    parked_at: datetime


class ParkedEvents(AnswerBody):
    """All events of a key that stand still, in their order."""

    stream: Stream
    key: str
    events: list[ParkedEvent]


class ReplayOut(AnswerBody):
    """What came of playing a key's events again."""

    applied: Count
    still_parked: Count


class DropParked(RequestBody):
    """Which events to give up for good, and why."""

    ids: Annotated[list[Annotated[int, Field(strict=True, ge=1)]], Field(min_length=1, max_length=_MOST_DROPPED)]
    reason: Reason


class Dropped(AnswerBody):
    """How many were given up."""

    dropped: Count


class Resend(RequestBody):
    """What to say again: all events of one key, or all of the stream since a moment."""

    stream: Stream
    key: EventKey | None = None
    since: Moment | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.key is None) == (self.since is None):
            raise fault("key_or_since", "needs either key or since", "须提供 key 或 since 之一")
        return self


class Resent(AnswerBody):
    """How many events will be sent again."""

    events: Count


class ClockState(AnswerBody):
    """What time the service thinks it is."""

    now: datetime
    simulated: bool


class AdvanceClock(RequestBody):
    """Where to move simulated time."""

    to: Moment


class OpsPort(Protocol):
    """What the running service offers to its operators."""

    async def parked_keys(self, after: tuple[str, str] | None, limit: int) -> Sequence[ParkedKey]:
        """Up to ``limit`` parked keys in the order of (stream, key), after the one given."""
        ...

    async def parked_events(self, stream: Stream, key: str) -> Sequence[ParkedEvent]:
        """The parked events of a key in order; none when nothing of it is parked."""
        ...

    async def replay(self, stream: Stream, key: str) -> ReplayOut:
        """Apply a key's parked events again, in order, up to the first that fails."""
        ...

    async def drop(self, stream: Stream, key: str, ids: Sequence[int], *, by: str, because: str) -> int:
        """Give parked events of a key up; the number that were there to be given up."""
        ...

    async def resend(self, stream: Stream, *, key: str | None, since: datetime | None) -> int:
        """Say what this service said before again; the number of events."""
        ...

    async def advance_clock(self, to: datetime) -> datetime:
        """Move simulated time, let everything that falls due happen in order, and give the time it is then."""
        ...


class ClockIsReal(Conflict):
    """Real time cannot be moved."""

    type = "clock-is-real"
    title = "The clock is not simulated"
    title_zh = "当前使用真实时钟"


router = APIRouter(prefix="/ops", tags=["ops"])
"""``/ops/...`` of one service. Functions of the module, since what is made anew with each application lasts longer than
it: FastAPI remembers each function that it has looked at.
"""


def _ops_of(request: Request) -> OpsPort:
    ops: OpsPort = request.app.state.ops
    return ops


Operated = Annotated[OpsPort, Depends(_ops_of)]
"""What ``app.state.ops`` is, for whoever may ask for it."""


@router.get("/parked", summary="Keys whose events stand still (滞留事件)")
async def list_parked(door: Reading, ops: Operated, page: Annotated[PageQuery, Query()]) -> Page[ParkedKey]:
    after = None if page.cursor is None else decode_cursor(_LIST, page.cursor, (str, str))
    found = await ops.parked_keys(None if after is None else (str(after[0]), str(after[1])), page.limit + 1)
    shown = list(found[: page.limit])
    more = len(found) > page.limit
    return Page(items=shown, next_cursor=encode_cursor(_LIST, (shown[-1].stream, shown[-1].key)) if more else None)


@router.get("/parked/{stream}/{key}", summary="The parked events of one key")
async def get_parked(stream: Stream, key: KeyInPath, door: Reading, ops: Operated) -> ParkedEvents:
    return ParkedEvents(stream=stream, key=key, events=await _some(ops, stream, key))


@router.post(
    "/parked/{stream}/{key}/replay",
    summary="Play the parked events of a key again, in order (重放)",
    response_model=ReplayOut,
)
async def replay_parked(
    stream: Stream, key: KeyInPath, door: Managing, ops: Operated, once: IdempotencyKey
) -> Response:
    async def replay() -> ReplayOut:
        await _some(ops, stream, key)
        return await ops.replay(stream, key)

    return await door.write_once(replay, once)


@router.post("/parked/{stream}/{key}/drop", summary="Give parked events up for good (放弃)", response_model=Dropped)
async def drop_parked(
    stream: Stream, key: KeyInPath, body: DropParked, door: Managing, ops: Operated, once: IdempotencyKey
) -> Response:
    async def drop() -> Dropped:
        await _some(ops, stream, key)
        dropped = await ops.drop(stream, key, body.ids, by=door.principal.subject, because=body.reason)
        return Dropped(dropped=dropped)

    return await door.write_once(drop, once)


@router.post("/resend", summary="Say again what was said, from the ledger (重发)", response_model=Resent)
async def resend_events(body: Resend, door: Resending, ops: Operated, once: IdempotencyKey) -> Response:
    async def resend() -> Resent:
        return Resent(events=await ops.resend(body.stream, key=body.key, since=body.since))

    return await door.write_once(resend, once)


@router.get("/clock", summary="What time it is here (时钟)")
async def get_clock(door: Reading) -> ClockState:
    return ClockState(now=door.now, simulated=door.runtime.clock.simulated)


@router.post("/clock/advance", summary="Move simulated time", response_model=ClockState)
async def advance_clock(body: AdvanceClock, door: Advancing, ops: Operated, once: IdempotencyKey) -> Response:
    if not door.runtime.clock.simulated:
        raise ClockIsReal("Only a simulated clock can be moved", "仅模拟时钟可以拨动")

    async def advance() -> ClockState:
        if body.to < door.now:
            raise invalid("to", "must not lie before the present time", "不得早于当前时间")
        return ClockState(now=await ops.advance_clock(body.to), simulated=True)

    return await door.write_once(advance, once)


async def _some(ops: OpsPort, stream: Stream, key: str) -> list[ParkedEvent]:
    events = list(await ops.parked_events(stream, key))
    if not events:
        raise NotFound("Nothing of this key is parked", "该键没有滞留事件")
    return events
