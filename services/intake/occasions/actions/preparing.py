"""Before an occasion is written (活动登记前): where it was, and what becomes a case, checked and sealed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import uuid_utils

from libs.common.database.session import Session
from libs.common.errors import Forbidden, invalid
from libs.common.events.occasion_terms import OccasionKind
from libs.common.events.visit_terms import MatterEnd
from libs.common.security.policy import Scope
from libs.common.staff.register import StaffRegister
from libs.common.time.moments import local_day
from services.intake.cases.actions.drafts import Desk, Draft, check_unit
from services.intake.occasions.domain import SOURCES, source_no
from services.intake.occasions.schemas import RecordOccasion
from services.intake.points.queries import find as find_point
from services.intake.points.tables import CollectionPoint
from services.intake.raised.actions.checking import check_answers, check_recorder, check_times
from services.intake.raised.actions.drafting import Hearing, RaisedMatter, become_cases, drafts
from services.intake.requesters.actions import own_words
from services.intake.requesters.domain import NOTHING_KNOWN, Own


@dataclass(frozen=True, slots=True)
class Venue:
    """Where an occasion was. ``point``: of a collection."""

    area_code: str
    point: CollectionPoint | None


@dataclass(frozen=True, slots=True)
class ReadyOccasion:
    """An occasion that can be written: what was told, and by matter the case that it becomes."""

    occasion_id: str
    body: RecordOccasion
    venue: Venue
    drafts: Mapping[int, Draft]

    def hidden_in(self, text: str) -> str:
        """The text with all who raised something hidden, and what rules find."""
        return hidden_in(_own(self.body), text)


async def find_venue(session: Session, scope: Scope, body: RecordOccasion) -> Venue:
    """Where it was. Invalid where a collection has no point, or anything else has one, no area or no topic; Forbidden
    where it is out of reach.
    """
    if body.kind is OccasionKind.COLLECTION:
        if body.point_id is None:
            raise invalid("point_id", "is needed of a collection", "收集点收集须填写收集点")
        for field in ("area_code", "place"):
            if getattr(body, field) is not None:
                raise invalid(field, "is that of the point", "以收集点为准，不得填写")
        point = await find_point(session, scope, body.point_id)
        if point is None:
            raise invalid("point_id", "is no collection point in your reach", "收集点不存在或不在管辖范围内")
        return Venue(point.area_code, point)
    if body.point_id is not None:
        raise invalid("point_id", "is given of a collection alone", "仅收集点收集可填写")
    for field in ("area_code", "place", "topic"):
        if getattr(body, field) is None:
            raise invalid(field, "is needed", "必填")
    area = session.packs.current(session.now).directory.area(str(body.area_code))
    if not scope.covers(area.code):
        raise Forbidden("This area is not in your reach", "该区域不在您的管辖范围内")
    return Venue(area.code, None)


def ready(
    desk: Desk, body: RecordOccasion, venue: Venue, case_nos: Sequence[str], staff: StaffRegister
) -> ReadyOccasion:
    """Check and seal what becomes a case. Invalid and Forbidden, naming the field, of a matter by its place."""
    check_times(desk.now, body.started_at, body.ended_at)
    check_recorder(desk.principal, body.staff_ids)
    check_answers(body.matters)
    for place, code in enumerate(body.unit_codes):
        check_unit(desk.shelved.directory, f"unit_codes/{place}", code)
    for place, matter in enumerate(body.matters):
        if matter.what is MatterEnd.EXPLAINED and (matter.requester or matter.area_code):
            field = "requester" if matter.requester else "area_code"
            raise invalid(f"matters/{place}/{field}", "is not kept of what was explained", "现场解释的不登记")
    occasion_id = body.occasion_id or str(uuid_utils.uuid7())
    hearing = Hearing(body.started_at, body.staff_ids, lambda text: hidden_in(_own(body), text))
    raised = {number: _raised(desk, body, venue, occasion_id, number) for number in become_cases(body.matters)}
    return ReadyOccasion(occasion_id, body, venue, drafts(desk, hearing, raised, case_nos, staff))


def hidden_in(whose: Iterable[Own], text: str) -> str:
    """The text with all of these hidden, and what rules find."""
    for own in (NOTHING_KNOWN, *whose):
        text = own.hidden_in(text)
    return text


def _own(body: RecordOccasion) -> Sequence[Own]:
    return [own_words(one.requester, keeps_places=True) for one in body.matters if one.requester is not None]


def _raised(desk: Desk, body: RecordOccasion, venue: Venue, occasion_id: str, number: int) -> RaisedMatter:
    matter = body.matters[number - 1]
    day = local_day(body.started_at, desk.shelved.directory.calendar().time_zone)
    code = None if venue.point is None else venue.point.code
    source = SOURCES[body.kind], source_no(occasion_id, code, day, number)
    return RaisedMatter(matter, matter.area_code or venue.area_code, matter.requester, source)
