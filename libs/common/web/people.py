"""Who answers for something (责任人), as answers show it."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from libs.common.staff.register import StaffRegister
from libs.common.web.fields import AnswerBody


class ResponsibleOut(AnswerBody):
    """责任人. Names are public within the office (责任人公示); how to reach somebody is asked at dispatch."""

    staff_id: str
    name: str
    vacant: Annotated[bool, Field(description="Whether this person is in office at the unit no longer (责任人空缺)")]


def responsible_out(
    staff: StaffRegister, staff_id: str | None, unit_code: str | None, now: datetime
) -> ResponsibleOut | None:
    """The person as it is shown; None where nobody was named. One whom this service has not heard of is vacant."""
    if staff_id is None:
        return None
    member = staff.member(staff_id)
    vacant = unit_code is None or not staff.is_in_office(staff_id, unit_code, now)
    return ResponsibleOut(staff_id=staff_id, name="" if member is None else member.name, vacant=vacant)
