"""A team's sheet of a day (走访单), ready to be printed: masked, or with heads and doors, each a look on the record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from libs.common.database.session import Session
from libs.common.errors import invalid
from libs.common.pack.directory import Directory
from libs.common.rules.requests import Request
from libs.common.security.policy import Scope
from libs.common.security.vault import Vault
from libs.common.visits.placing import NEVER
from libs.common.web.printing import PrintedSheet
from services.intake.households.actions.looking import look_at_many
from services.intake.households.actions.sealing import Identity, Masked, masked
from services.intake.households.actions.table import CLASSES
from services.intake.households.queries import identities_of
from services.intake.households.tables import HouseholdIdentity
from services.intake.plans.actions.showing import find
from services.intake.plans.queries import Sheet, sheet
from services.intake.plans.schemas import PrintInClear, PrintQuery
from services.intake.rounds.tables import VisitRound
from services.intake.teams.actions.showing import one as one_team

MOST_PRINTED = 500
"""Households of one sheet; a team does not go to more in a day."""
_SHOWN_OF_A_HOME = ("door", "head")


@dataclass(frozen=True, slots=True)
class _Material:
    about: Mapping[str, str]
    round: VisitRound
    rows: Sequence[Any]
    identities: Mapping[str, HouseholdIdentity]


async def masked_sheet(session: Session, scope: Scope, plan_id: str, query: PrintQuery, vault: Vault) -> PrintedSheet:
    """With 张* and no door. NotFound; Invalid when the team has no household on that day."""
    found = await _gather(session, scope, plan_id, query)
    who: dict[str, Identity | Masked] = {one: masked(vault, row) for one, row in found.identities.items()}
    return _printed(session, found, who, in_clear=False)


async def clear_sheet(
    session: Session, asked: Request, plan_id: str, body: PrintInClear, vault: Vault, most: int
) -> tuple[PrintedSheet, int]:
    """With heads and doors, and of how many households. Raises as ``masked_sheet`` and ``look_at_many`` do."""
    found = await _gather(session, asked.scope, plan_id, body)
    identities = [*found.identities.values()]
    who = await look_at_many(session, asked, identities, body.reason, _SHOWN_OF_A_HOME, vault, most)
    seen = sum(isinstance(one, Identity) for one in who.values())
    return _printed(session, found, who, in_clear=True), seen


async def _gather(session: Session, scope: Scope, plan_id: str, query: PrintQuery) -> _Material:
    plan = await find(session, scope, plan_id)
    rows = await sheet(session, Sheet(plan, query.on, query.team_id), 0, MOST_PRINTED)
    if not rows:
        raise invalid("team_id", "has no household of this plan on that day", "该队当日在此计划中没有安排的户")
    if len(rows) > MOST_PRINTED:
        raise invalid("team_id", f"has more than {MOST_PRINTED} households", f"超过 {MOST_PRINTED} 户")
    (found,) = await session.rows(VisitRound, "round_id", plan.round_id, lock=False)
    team = await one_team(session, scope, query.team_id)
    there = [seat for seat in team.members if seat.from_day <= query.on <= seat.until_day]
    about = {
        "round": found.name,
        "on": query.on.isoformat(),
        "area": team.area_name or team.area_code,
        "rule": team.rule_name or team.rule,
        "members": "、".join(f"{seat.name or seat.staff_id}（{seat.part_name or seat.part}）" for seat in there),
        "guide": team.guide or "",
        "households": str(len(rows)),
    }
    return _Material(about, found, rows, await identities_of(session, [row.household_id for row in rows]))


def _printed(
    session: Session, found: _Material, who: Mapping[str, Identity | Masked], *, in_clear: bool
) -> PrintedSheet:
    directory = session.packs.current(session.now).directory
    rows = [_row(directory, found.round, row, who.get(row.household_id)) for row in found.rows]
    return PrintedSheet(found.about, rows, in_clear)


def _row(directory: Directory, of: VisitRound, row: Any, who: Identity | Masked | None) -> Mapping[str, str]:
    purposes = {purpose.code: purpose.name for purpose in directory.pack.visits.purposes}
    kinds = {kind.code: kind.name for kind in directory.pack.households.kinds}
    code = row.area_code
    return {
        "place": str(row.place),
        "household_no": row.household_no or "",
        "area": directory.area(code).name if code in directory.area_codes else code,
        "class": CLASSES[row.household_class],
        "kinds": "、".join(kinds.get(kind, kind) for kind in row.kinds),
        "head": (who.head if who is not None else None) or "",
        "door": (who.door if who is not None else None) or "",
        "purposes": "、".join(purposes.get(one, one) for one in of.purposes if one not in row.purposes),
        "last": "" if row.last_visited_on == NEVER else row.last_visited_on.isoformat(),
    }
