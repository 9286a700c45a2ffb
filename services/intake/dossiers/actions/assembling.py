"""The six parts of a grid's dossier, put together of what is known anyway and of what is kept up by hand."""

from datetime import timedelta

from libs.common.database.session import Session
from libs.common.errors import NotFound
from libs.common.events.visit_terms import KEPT_BY_HAND
from libs.common.pack.areas import area_prefix
from libs.common.security.policy import Scope
from libs.common.time.moments import day_start
from services.intake.dossiers.actions.showing import kinds_of
from services.intake.dossiers.domain import PARTS
from services.intake.dossiers.queries import KnownAnyway, known_anyway
from services.intake.dossiers.schemas import ContactOf, DossierOut, KeptPart, MattersPart, MoodsPart, PeoplePart
from services.intake.households.actions.recording import today_of

_A_YEAR = timedelta(days=365)
_MOST_CONTACTS = 50


async def dossier(session: Session, scope: Scope, area_code: str) -> DossierOut:
    """The six parts of a grid or village, put together. NotFound for an area out of reach or of another level."""
    directory, today = session.packs.current(session.now).directory, today_of(session)
    if area_code not in directory.area_codes or not scope.covers(area_code):
        raise NotFound
    area, since = directory.area(area_code), today - _A_YEAR
    begins = day_start(since, directory.calendar().time_zone)
    found = await known_anyway(session, area_prefix(area.code), since, begins, today)
    kept = _kept(session, found)
    return DossierOut(
        area_code=area.code,
        area_name=area.name,
        since=since,
        people=_people(session, area.people, found),
        matters=MattersPart(
            cases_open=found.cases.open,
            cases_ended=found.cases.ended,
            visits={row.outcome: row.many for row in found.visits},
        ),
        moods=MoodsPart(
            topics={row.topic: row.many for row in found.topics},
            findings={row.finding: row.many for row in found.findings},
            categories={row.category_code: row.many for row in found.categories},
        ),
        kept=kept,
        overdue=sum(part.overdue for part in kept),
    )


def _people(session: Session, residents: int | None, found: KnownAnyway) -> PeoplePart:
    contacts = {row.staff_id: row.many for row in found.contacts}
    without = contacts.pop("", 0)
    members = {staff_id: session.staff.member(staff_id) for staff_id in contacts}
    return PeoplePart(
        residents=residents,
        households=sum(row.many for row in found.classes),
        by_class={row.household_class: row.many for row in found.classes},
        by_kind={row.kind: row.many for row in found.kinds},
        contacts=[
            ContactOf(staff_id=one, name=None if (member := members[one]) is None else member.name, households=many)
            for one, many in [*contacts.items()][:_MOST_CONTACTS]
        ],
        without_contact=without,
    )


def _kept(session: Session, found: KnownAnyway) -> list[KeptPart]:
    """By part, kinds of the pack of which there is nothing included."""
    counted = {part: {kind.code: 0 for kind in kinds_of(session) if kind.part is part} for part in KEPT_BY_HAND}
    late = dict.fromkeys(KEPT_BY_HAND, 0)
    for row in found.entries:
        part = next(one for one in KEPT_BY_HAND if one.value == row.part)
        counted[part][row.kind] = row.many
        late[part] += row.overdue
    return [
        KeptPart(part=part, name=PARTS[part][0], entries=sum(many.values()), by_kind=many, overdue=late[part])
        for part, many in counted.items()
    ]
