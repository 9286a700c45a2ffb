"""What somebody answers for by the duty directory in force (个人权责清单)."""

from libs.common.database.session import Session
from libs.common.database.stored_staff import read_stored_staff
from libs.common.pack.areas import LEVELS
from libs.common.pack.directory import Directory
from libs.common.staff.duties import PersonalDuty, duties_of
from libs.common.web.cursors import Page, PageQuery, decode_cursor, encode_cursor
from services.dispatch.staff.actions.showing import nobody
from services.dispatch.staff.schemas import DutyAreaOut, PersonalDutyOut

_LIST = "dispatch.staff_duties"
_Place = tuple[str, int, str]
"""Category, how fine the area level is, unit: what the list is sorted by, and no two entries share."""


async def page(session: Session, staff_id: str, query: PageQuery) -> Page[PersonalDutyOut]:
    """By category, from the widest area level down; NotFound for whom the register does not know."""
    after = None if query.cursor is None else decode_cursor(_LIST, query.cursor, [str, int, str])
    await read_stored_staff(session)
    member = session.staff.member(staff_id)
    if member is None:
        raise nobody()
    directory = session.packs.current(session.now).directory
    found = sorted(duties_of(directory, member, session.now), key=_place)
    left = [one for one in found if after is None or _place(one) > after]
    items = left[: query.limit]
    following = encode_cursor(_LIST, _place(items[-1])) if len(left) > query.limit else None
    return Page(items=[_shown(one, directory) for one in items], next_cursor=following)


def _place(one: PersonalDuty) -> _Place:
    return one.duty.category, LEVELS.index(one.duty.area_level), one.unit_code


def _shown(one: PersonalDuty, directory: Directory) -> PersonalDutyOut:
    duty, category = one.duty, directory.category(one.duty.category)
    areas = [DutyAreaOut(area_code=code, area_name=directory.area(code).name) for code in one.area_codes]
    return PersonalDutyOut(
        category_code=category.code,
        category_name=category.name,
        area_level=duty.area_level,
        lead_unit=one.unit_code,
        lead_unit_name=directory.unit(one.unit_code).name,
        post_code=one.post.code,
        post_name=one.post.name,
        areas=areas if one.post.area_level is not None else None,
        limit=duty.limit,
        basis=duty.basis,
    )
