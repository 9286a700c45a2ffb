"""What a pack means for cases that are open: which of them use what it no longer has, and what becomes of them."""

from collections.abc import Callable, Collection, Iterator

from libs.common.database.session import Session
from libs.common.pack.areas import area_prefix
from libs.common.pack.codes import NamedCode
from libs.common.pack.directory import Directory
from libs.common.pack.loader import document
from libs.common.pack.schema import Pack, Unit
from services.dispatch.directory import queries
from services.dispatch.directory.queries import OpenUse
from services.dispatch.directory.schemas import Concern, ConcernOut
from services.dispatch.routing.domain.today import Today

Words = tuple[str, str]
"""English and Chinese."""
Part = tuple[Concern, Collection[str], dict[str, NamedCode], Callable[[Today, str], Words]]


async def concerned(session: Session, pack: Pack) -> list[ConcernOut]:
    """Every code of an open case that the pack does not have or has moved, with the cases, and where they go.

    One that the versions before did not have either stands here, too.
    """
    directory, codes = Directory(pack), session.packs.codes.copy()
    codes.learn(session.packs.newest + 1, document(pack))
    parts: tuple[Part, ...] = (
        (Concern.AREA, directory.area_codes, codes.areas, _of_area),
        (Concern.UNIT, directory.unit_codes, codes.units, _of_unit),
        (Concern.CATEGORY, {category.code for category in pack.categories}, codes.categories, _of_category),
    )
    found: list[ConcernOut] = []
    for what, there, known, outcome in parts:
        for use in await queries.open_uses(session, what.column, there):
            now = Today(directory, 0, codes, use.code if what is Concern.AREA else pack.place.code)
            name = known[use.code].name if use.code in known else use.code
            found.append(_concern(what, use, name, codes.successor(use.code, there), outcome(now, use.code)))
    for unit in _moved(session, directory):
        uses = await queries.open_outside(session, unit.code, area_prefix(unit.area_code))
        found += [_concern(Concern.UNIT, use, unit.name, None, _of_moved_unit(unit)) for use in uses]
    return found


def _concern(what: Concern, use: OpenUse, name: str, successor: str | None, outcome: Words) -> ConcernOut:
    return ConcernOut(
        what=what,
        code=use.code,
        name=name,
        successor=successor,
        cases=use.cases,
        case_nos=use.case_nos,
        outcome=outcome[0],
        outcome_zh=outcome[1],
    )


def _moved(session: Session, directory: Directory) -> Iterator[Unit]:
    """Units of the pack in force that have another area in the new one."""
    if not session.packs.usable:
        return
    before = session.packs.version(session.packs.readable()[-1])
    for unit in directory.units():
        if unit.code in before.unit_codes and before.unit(unit.code).area_code != unit.area_code:
            yield unit


def _of_area(now: Today, code: str) -> Words:
    area = now.directory.area(now.place)
    return (
        f"They keep {code}, for figures too. Assigned anew, they go by the duties of {area.code} {area.name}, "
        f"to a unit whose area contains {code}",
        f"保留原区域 {code}（统计口径不变）；再次派单、改派时按 {area.code} {area.name} 的权责办理，"
        f"承办单位辖区须包含 {code}",
    )


def _of_unit(now: Today, code: str) -> Words:
    successor = now.codes.successor(code, now.directory.unit_codes)
    if successor is None:
        return (
            f"They stay with {code} until a dispatcher gives them to another unit. Sent back by the citizen, they go "
            "to whom the duty directory of this pack names, else to triage",
            f"仍由 {code} 承办，待派单员改派；群众不满意发回重办时，按本县包权责清单派单，无对应单位的转待派",
        )
    unit = now.directory.unit(successor)
    return (
        f"They go by themselves to {unit.code} {unit.name}, or to the nearest unit above it whose area contains the "
        "place. Those whose return is being decided wait for the decision",
        f"自动移交 {unit.code} {unit.name}（其辖区不含事发地的，移交其上级单位）；退单审核中的待审核后处理",
    )


def _of_moved_unit(unit: Unit) -> Words:
    return (
        f"They stay with {unit.code}, whose area {unit.area_code} does not contain their place: its people no longer "
        "find them, and a dispatcher should give them to another unit",
        f"仍由 {unit.code} 承办，但其辖区 {unit.area_code} 不含事发地，承办人将查不到，请派单员改派",
    )


def _of_category(now: Today, code: str) -> Words:
    above = now.directory.nearest_category(code)
    if above is None:
        return (
            f"They keep {code}, for figures too; no duty of this pack is about it",
            f"保留原类别 {code}（统计口径不变）；本县包无对应权责",
        )
    return (
        f"They keep {code}, for figures too; the duties of {above} hold for them until a dispatcher names another one",
        f"保留原类别 {code}（统计口径不变）；按 {above} 的权责办理，派单员可另行指定类别",
    )
