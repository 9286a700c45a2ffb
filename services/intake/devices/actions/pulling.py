"""What a phone gets (下载): the person's own households for the next days, with who lives there, and nothing else."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import uuid_utils

from libs.common.database.session import Session
from libs.common.errors import Unavailable
from libs.common.rules.looks import check_amount
from libs.common.rules.requests import Request
from libs.common.security.principal import Principal
from libs.common.security.vault import Vault
from services.intake.devices.actions.finding import own_device, phone_rules
from services.intake.devices.actions.showing import receipts_since
from services.intake.devices.queries import forget_households, own_households, places_of
from services.intake.devices.schemas import (
    InRoundOut,
    PlannedFor,
    Pull,
    PulledHousehold,
    PulledLists,
    PulledRound,
    PullOut,
    WipeOut,
)
from services.intake.devices.tables import Device, DeviceHousehold
from services.intake.households.actions.looking import MOST_IN_CLEAR, OF_A_TABLE, check_one_more_look, record_look
from services.intake.households.actions.sealing import Identity, envelope_of, opened
from services.intake.households.domain import Status as HouseholdStatus
from services.intake.households.queries import identities_of
from services.intake.households.tables import HouseholdIdentity, HouseholdLook
from services.intake.rounds.tables import VisitRound
from services.intake.visits.actions.keeping import today
from services.intake.visits.actions.showing import words
from services.intake.visits.schemas import VisitWord

_GIVEN = ("head", "phone", "door")
_WHY = "离线走访下载"
_OUTCOMES = (
    ("reached", "见到人", "somebody was reached"),
    ("nobody_home", "无人在家", "nobody was at home"),
    ("refused", "拒访", "nobody wanted to talk"),
    ("moved", "已搬走", "moved away"),
    ("by_phone", "电话联系", "by phone"),
)


async def pull(
    session: Session,
    asked: Request,
    principal: Principal,
    device_id: str,
    body: Pull,
    vault: Vault,
    looks_per_hour: int,
) -> tuple[PullOut | WipeOut, int]:
    """What the phone gets, and how many looks of the hour that was: one, or none where nothing of it is new.

    What it holds by its own word and what it was given within the pack's `keep_days` and did not change is no new look.
    Raises NotFound; TooManyLooks when the person has taken as many within an hour as the office allows.
    """
    device = await own_device(session, asked.actor, device_id)
    _came(session, device, principal, body.unsent)
    if device.lost_at is not None:
        return WipeOut(), 0
    rules = phone_rules(session)
    days = today(session), today(session) + timedelta(days=rules.keep_days)
    found = await own_households(session, device.staff_id, asked.scope, days)
    rows = found[: rules.households]
    held = {row.household_id: row for row in await session.rows(DeviceHousehold, "device_id", device_id)}
    identities = await identities_of(session, [row.household_id for row in rows])
    who = {row.household_id: _opened(vault, identities[row.household_id]) for row in rows}
    seen = await _look(session, asked, device, rows, held, looks_per_hour)
    purge = await _forget(session, device_id, {row.household_id for row in rows}, held, body.have)
    places = await places_of(session, [row.household_id for row in rows])
    receipts = await receipts_since(session, device, body.since)
    rounds = await _rounds(session, places)
    stands = _in_rounds(rounds, places)
    pulled = PullOut(
        as_of=session.now,
        cursor=receipts.cursor,
        keep_days=rules.keep_days,
        oldest_days=rules.oldest_days,
        most_households=rules.households,
        left_out=len(found) - len(rows),
        households=[_household(row, who[row.household_id], stands[row.household_id]) for row in rows],
        purge=purge,
        rounds=[_round(one) for one in rounds.values()],
        lists=_lists(session),
        receipts=receipts.receipts,
    )
    return pulled, min(1, seen)


def _came(session: Session, device: Device, principal: Principal, unsent: int) -> None:
    device.last_sync_at = max(session.now, device.last_sync_at)
    device.unsent = unsent
    device.account, device.unit_code, device.area_code = principal.subject, principal.unit_code, principal.area_code


def _opened(vault: Vault, row: HouseholdIdentity) -> Identity:
    """What of it is given; nothing of what cannot be opened, since the others are to be visited all the same."""
    try:
        return opened(envelope_of(vault, row), row, _GIVEN)
    except Unavailable:
        return Identity()


async def _look(
    session: Session,
    asked: Request,
    device: Device,
    rows: Sequence[Any],
    held: dict[str, DeviceHousehold],
    most: int,
) -> int:
    """Record what of this is a new look, and what the phone holds by now."""
    before = session.now - timedelta(days=phone_rules(session).keep_days)
    new = [row for row in rows if _is_new(held.get(row.household_id), row.version, before)]
    if new:
        await check_one_more_look(session, asked, most)
        await check_amount(session, HouseholdLook.__tablename__, asked.actor, len(new), MOST_IN_CLEAR, those=OF_A_TABLE)
    pull_id, looked = str(uuid_utils.uuid7()), {row.household_id for row in new}
    for place, row in enumerate(new, start=1):
        record_look(session, asked, row.household_id, f"{pull_id}/{place}", _WHY, sorted(_GIVEN))
    for row in rows:
        known = held.get(row.household_id)
        if known is None:
            known = session.new(
                DeviceHousehold,
                device_id=device.device_id,
                household_id=row.household_id,
                version=row.version,
                given_at=session.now,
                looked_at=session.now,
                plan_id=None,
                planned_on=None,
            )
        known.version, known.given_at = row.version, session.now
        known.plan_id, known.planned_on = row.plan_id or known.plan_id, row.on_day or known.planned_on
        if row.household_id in looked:
            known.looked_at = session.now
    return len(new)


def _is_new(held: DeviceHousehold | None, version: int, before: datetime) -> bool:
    return held is None or held.version != version or bool(held.looked_at <= before)


async def _forget(
    session: Session, device_id: str, own: set[str], held: Collection[str], have: Collection[str] | None
) -> list[str]:
    """What the phone is to forget; of what it says that it has not, nothing is kept here either."""
    foreign = {*held} - own
    gone = foreign - {*have} if have is not None else set()
    if gone:
        await forget_households(session, device_id, gone)
    return sorted(foreign - gone | ({*have} - own if have is not None else set()))


async def _rounds(session: Session, places: Sequence[Any]) -> dict[str, VisitRound]:
    round_ids = sorted({place.round_id for place in places})
    await session.load(VisitRound, "round_id", round_ids, lock=False)
    found = {}
    for round_id in round_ids:
        (found[round_id],) = await session.rows(VisitRound, "round_id", round_id, lock=False)
    return found


def _in_rounds(rounds: dict[str, VisitRound], places: Sequence[Any]) -> Mapping[str, list[InRoundOut]]:
    found: defaultdict[str, list[InRoundOut]] = defaultdict(list)
    for place in places:
        left = [code for code in rounds[place.round_id].purposes if code not in place.purposes]
        one = InRoundOut(round_id=place.round_id, purposes_left=left, reached=place.reached_on is not None)
        found[place.household_id].append(one)
    return found


def _household(row: Any, who: Identity, rounds: list[InRoundOut]) -> PulledHousehold:
    planned = None
    if row.plan_id is not None:
        planned = PlannedFor(plan_id=row.plan_id, team_id=row.team_id, on=row.on_day, order=row.place)
    same = ("household_id", "version", "area_code", "household_no", "household_class", "kinds", "last_visited_on")
    return PulledHousehold(
        **{name: getattr(row, name) for name in same},
        **{name: getattr(who, name) for name in _GIVEN},
        notes=["待确认静默"] if row.status == HouseholdStatus.MUTE_ASKED else [],
        rounds=rounds,
        planned=planned,
    )


def _round(row: VisitRound) -> PulledRound:
    return PulledRound(**{name: getattr(row, name) for name in PulledRound.model_fields})


def _lists(session: Session) -> PulledLists:
    said = words(session)
    outcomes = [VisitWord(code=code, name=name, name_en=name_en) for code, name, name_en in _OUTCOMES]
    same = {name: getattr(said, name) for name in PulledLists.model_fields if name != "outcomes"}
    return PulledLists(**same, outcomes=outcomes)
