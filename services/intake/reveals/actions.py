"""Looking at who spoke (查看诉求人): unmasked, with a reason and on the record."""

from collections.abc import Collection
from typing import Any

import uuid_utils

from libs.common import metrics
from libs.common.bus.flow import Service
from libs.common.database.session import Session
from libs.common.errors import Forbidden, NotFound
from libs.common.events.cases import RequesterRevealed
from libs.common.security.masking import mask_text
from libs.common.security.principal import Principal
from libs.common.security.vault import Vault
from services.intake.cases.actions.drafts import wording_cell
from services.intake.cases.actions.requester import may_know
from services.intake.cases.actions.steps import supplement_cell
from services.intake.cases.queries.reach import Viewer
from services.intake.cases.queries.reading import WholeCase, find_whole, said_since
from services.intake.requesters.actions import open_requester, opened
from services.intake.reveals.schemas import Revealed, RevealField, RevealRequester
from services.intake.reveals.tables import Reveal

# From 0, before anybody looks: of a counter that begins with 1 no scrape sees the first increase.
_SHOWN = metrics.VAULT_REVEALS_TOTAL.labels(Service.INTAKE)


async def reveal(session: Session, viewer: Viewer, case_id: str, body: RevealRequester, vault: Vault) -> Revealed:
    """What was asked for, unmasked. The look is recorded in the same transaction: no record, no answer.

    Raises:
        NotFound: the case is out of reach, as it is for the unit complained about.
        Forbidden: the caller is of the handling unit of a confidential case.
    """
    whole = await find_whole(session, viewer.scope, case_id)
    if whole is None:
        raise NotFound
    if not may_know(viewer.principal, whole):
        raise Forbidden(
            "The handling unit of a confidential case may not know who spoke",
            "保密件的承办单位不得获知诉求人信息",
        )
    wanted = sorted(set(body.fields))
    _record(session, viewer.principal, case_id, body.reason, wanted)
    found: dict[str, Any] = {} if whole.requester is None else open_requester(vault, whole.requester, wanted)
    if RevealField.TEXT in wanted:
        found |= await _words(session, whole, vault)
    _SHOWN.inc()
    return Revealed(case_id=case_id, **found)


def _record(session: Session, principal: Principal, case_id: str, reason: str, fields: Collection[str]) -> None:
    look = RequesterRevealed(
        occurred_at=session.now,
        case_id=case_id,
        reveal_id=str(uuid_utils.uuid7()),
        reason=mask_text(reason),
        fields=tuple(str(field) for field in fields),
    )
    session.insert(
        Reveal,
        {
            "reveal_id": look.reveal_id,
            "case_id": case_id,
            "who": principal.subject,
            "unit_code": principal.unit_code,
            "reason": look.reason,
            "fields": list(look.fields),
            "at": session.now,
        },
    )
    session.publish(look)


async def _words(session: Session, whole: WholeCase, vault: Vault) -> dict[str, str | tuple[str, ...] | None]:
    case, wording = whole.case, whole.wording
    since: dict[str, list[str]] = {}
    for row in await said_since(session, case.case_id):
        original = opened(vault, row.sealed_text, supplement_cell(case.case_id, row.supplement_id))
        since.setdefault(row.what, []).append(original or row.text)
    return {
        "title": opened(vault, wording.sealed_title, wording_cell("title", case.case_id)) or case.title,
        "text": opened(vault, wording.sealed_text, wording_cell("text", case.case_id)) or wording.text,
        "supplements": tuple(since.get("supplemented", ())),
        "urgings": tuple(since.get("urged", ())),
        "withdrawal": next(iter(since.get("withdrawn", ())), None),
    }
