"""Who looked at how people are reached (查看记录), for auditors."""

from collections.abc import Collection

from libs.common.database.session import Session
from libs.common.database.stored_staff import read_stored_staff
from libs.common.security.policy import Scope
from libs.common.web.cursors import Page
from services.dispatch.staff.actions.showing import lasting_units, may_reach
from services.dispatch.staff.queries import NEWEST_FIRST, StaffLookFilter, list_looks
from services.dispatch.staff.schemas import LookItem, LookList
from services.dispatch.staff.tables import StaffLook


async def page(session: Session, scope: Scope, query: LookList) -> Page[LookItem]:
    """One page, newest first."""
    await read_stored_staff(session)
    chosen = StaffLookFilter(**query.model_dump(exclude={"cursor", "limit"}))
    rows = await list_looks(session, _people_within(session, scope), chosen, query.cursor, query.limit)

    def item(row: StaffLook) -> LookItem:
        return LookItem(
            look_id=row.look_id,
            at=row.at,
            account=row.who,
            staff_id=row.by_staff,
            staff_name=_name(session, row.by_staff),
            unit_code=row.unit_code,
            about=row.staff_id,
            about_name=_name(session, row.staff_id),
            reason=row.reason,
        )

    return NEWEST_FIRST.page(rows, query.limit, item)


def _people_within(session: Session, scope: Scope) -> Collection[str] | None:
    """Of whom the caller may see that somebody looked; None for all. As whoever may look at them: by their units."""
    directory = session.packs.current(session.now).directory
    if scope.covers(directory.pack.place.code):
        return None
    return [
        member.staff_id
        for member in session.staff.members()
        if all(may_reach(scope, directory, unit) for unit in lasting_units(member, session.now))
    ]


def _name(session: Session, staff_id: str | None) -> str | None:
    member = session.staff.member(staff_id)
    return None if member is None else member.name
