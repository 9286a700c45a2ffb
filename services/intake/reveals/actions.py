"""Looking at who spoke (查看诉求人): unmasked, with a reason and on the record."""

from collections.abc import Collection
from typing import Any

import uuid_utils

from libs.common.database.session import Session
from libs.common.errors import Forbidden, NotFound
from libs.common.events.door import RequesterRevealed
from libs.common.rules.looks import check_looks
from libs.common.rules.machine import Actor
from libs.common.security.envelopes import KeyEnvelope
from libs.common.security.principal import Principal
from libs.common.security.vault import Vault
from services.intake.cases.actions.drafts import wording_cell
from services.intake.cases.actions.requester import may_know
from services.intake.cases.actions.steps import supplement_cell
from services.intake.cases.queries.reach import Viewer
from services.intake.cases.queries.reading import WholeCase, find_whole, said_since
from services.intake.requesters.actions import WhoSpokeErased, envelope_of, open_requester, opened
from services.intake.requesters.domain import own_of
from services.intake.reveals.schemas import Revealed, RevealField, RevealRequester
from services.intake.reveals.tables import Reveal

_OF_A_REQUESTER = ("name", "phone", "id_no", "home")


async def reveal(
    session: Session, viewer: Viewer, case_id: str, body: RevealRequester, vault: Vault, most: int
) -> Revealed:
    """What was asked for, unmasked. The look is recorded in the same transaction: no record, no answer.

    Raises:
        NotFound: the case is out of reach, as it is for the unit complained about.
        Forbidden: the caller is of the handling unit of a confidential case.
        WhoSpokeErased: there is nothing to be seen any more.
        TooManyLooks: the person has taken ``most`` looks within an hour.
    """
    whole = await find_whole(session, viewer.scope, case_id)
    if whole is None:
        raise NotFound
    if not may_know(viewer.principal, whole):
        raise Forbidden(
            "The handling unit of a confidential case may not know who spoke",
            "保密件的承办单位不得获知诉求人信息",
        )
    principal = viewer.principal
    actor = Actor(principal.subject, principal.unit_code, principal.staff_id)
    await check_looks(session, Reveal.__tablename__, actor, most)
    wanted = sorted(set(body.fields))
    envelope = envelope_of(vault, case_id, whole.key)
    if envelope.destroyed:
        raise WhoSpokeErased
    known = {} if whole.requester is None else open_requester(envelope, whole.requester, _OF_A_REQUESTER)
    _record(session, principal, case_id, own_of(**known, keeps_places=False).hidden_in(body.reason), wanted)
    found: dict[str, Any] = {name: value for name, value in known.items() if name in wanted}
    if RevealField.TEXT in wanted:
        found |= await _words(session, whole, envelope)
    return Revealed(case_id=case_id, **found)


def _record(session: Session, principal: Principal, case_id: str, reason: str, fields: Collection[str]) -> None:
    look = RequesterRevealed(
        occurred_at=session.now,
        case_id=case_id,
        reveal_id=str(uuid_utils.uuid7()),
        reason=reason,
        fields=tuple(str(field) for field in fields),
    )
    session.insert(
        Reveal,
        {
            "reveal_id": look.reveal_id,
            "case_id": case_id,
            "who": principal.subject,
            "unit_code": principal.unit_code,
            "by_staff": principal.staff_id,
            "reason": look.reason,
            "fields": list(look.fields),
            "at": session.now,
        },
    )
    session.publish(look)


async def _words(session: Session, whole: WholeCase, envelope: KeyEnvelope) -> dict[str, str | tuple[str, ...] | None]:
    case, wording = whole.case, whole.wording
    since: dict[str, list[str]] = {}
    for row in await said_since(session, case.case_id):
        original = opened(envelope, row.sealed_text, supplement_cell(case.case_id, row.supplement_id))
        since.setdefault(row.what, []).append(original or row.text)
    return {
        "title": opened(envelope, wording.sealed_title, wording_cell("title", case.case_id)) or case.title,
        "text": opened(envelope, wording.sealed_text, wording_cell("text", case.case_id)) or wording.text,
        "supplements": tuple(since.get("supplemented", ())),
        "urgings": tuple(since.get("urged", ())),
        "objections": tuple(since.get("objection_raised", ())),
        "withdrawal": next(reversed((*since.get("withdrawn", ()), *since.get("withdrawal_wished", ()))), None),
    }
