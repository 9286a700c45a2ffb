"""What cells of a table name: areas, kinds, resources and people, by code or by name; and what an export calls them."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, datetime

from libs.common.errors import Problem
from libs.common.pack.directory import Directory, UnknownCode
from libs.common.rules.requests import Request
from libs.common.staff.register import StaffMember
from libs.common.web.tables import code_of, parts_of, wrong
from services.intake.households.actions.recording import day_in
from services.intake.households.actions.registering import LEVELS, check_place, may_look_after

_FEW = 5
"""As many of one name are named."""


class TableWords:
    """What is meant, for one caller at one moment.

    Made where the register of people can be read, it may then be asked in another thread.
    """

    def __init__(self, asked: Request, directory: Directory, people: Collection[StaffMember], now: datetime) -> None:
        self.asked = asked
        self.now = now
        self._directory = directory
        self._areas: dict[str, list[str]] = defaultdict(list)
        for area in directory.pack.areas:
            if area.level in LEVELS:
                self._areas[area.name].append(area.code)
        self._people = {member.staff_id for member in people}
        self._contacts: dict[str, list[str]] = defaultdict(list)
        """By name who may look after households."""
        self._names: dict[str, str] = {}
        for member in people:
            if may_look_after(directory, member, now):
                self._contacts[member.name].append(member.staff_id)
                self._names[member.staff_id] = member.name
        rules = directory.pack.households
        self._kinds = {kind.code: kind.name for kind in rules.kinds}
        self._resources = {resource.code: resource.name for resource in rules.resources}

    @property
    def today(self) -> date:
        """The place's day."""
        return day_in(self._directory, self.now)

    def area(self, cell: str) -> str:
        """The code of a village or grid within reach. WrongCells, naming those of one name."""
        if cell in self._directory.area_codes or cell.isdecimal():
            return self._within_reach(cell)
        there = self._areas.get(cell, [])
        codes = [code for code in there if self.asked.scope.covers(code)]
        if len(codes) > 1:
            several = ", ".join(codes[:_FEW])
            raise wrong("area_code", f"is the name of several: {several}", f"有多个同名区域：{several}")
        if not codes:
            message = "lies outside your reach" if there else "is no village, community or grid of the pack"
            raise wrong("area_code", message, "不在您的管辖范围内" if there else "配置包中没有此村（社区）或网格")
        return codes[0]

    def contact(self, cell: str) -> str:
        """The staff id of somebody in the register, or of the only one of this name who may look after households."""
        if cell in self._people:
            return cell
        found = self._contacts.get(cell, [])
        if len(found) > 1:
            several = ", ".join(sorted(found)[:_FEW])
            raise wrong("contact_staff_id", f"is the name of several: {several}", f"有多人同名：{several}")
        if not found:
            message = "is nobody in office in a post that looks after households"
            raise wrong("contact_staff_id", message, "没有此人，或未任可包保农户的岗位")
        return found[0]

    def kind(self, cell: str) -> str:
        """The code of a kind of key household."""
        return code_of(cell, self._kinds.items(), "kinds")

    def resource(self, cell: str) -> str:
        """The code of a resource."""
        return code_of(cell, self._resources.items(), "resources")

    def may_look_after(self, staff_id: str) -> bool:
        """Whether somebody is in office in a post that looks after households."""
        return staff_id in self._names

    def area_name(self, code: str) -> str:
        """What an export calls an area: its name, or its code where several have the name."""
        area = self._directory.area(code) if code in self._directory.area_codes else None
        return area.name if area is not None and self._areas.get(area.name) == [code] else code

    def contact_name(self, staff_id: str | None) -> str | None:
        """What an export calls a contact person: the name, or the staff id where the name would not do."""
        name = self._names.get(staff_id or "")
        return name if name is not None and len(self._contacts[name]) == 1 and name not in self._people else staff_id

    def kind_name(self, code: str) -> str:
        """What an export calls a kind."""
        return _called(code, self._kinds)

    def resource_name(self, code: str) -> str:
        """What an export calls a resource."""
        return _called(code, self._resources)

    def _within_reach(self, code: str) -> str:
        try:
            check_place(self.asked, self._directory, code)
        except UnknownCode as unknown:
            if unknown.successor is not None:
                message = f"was merged into {unknown.successor}"
                raise wrong("area_code", message, f"已并入 {unknown.successor}") from None
            raise wrong("area_code", "is not in the pack", "配置包中没有此代码") from None
        except Problem as problem:
            raise wrong("area_code", problem.detail, problem.detail_zh) from None
        return code


def _called(code: str, names: Mapping[str, str]) -> str:
    """The name, where a cell with it is read as the code again."""
    name = names.get(code, code)
    return name if parts_of(name) == (name,) and [*names.values()].count(name) == 1 and name not in names else code
