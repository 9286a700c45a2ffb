"""Filling a list of a case (清单填报), and whether those that a step waits for are filled."""

from libs.common.database.session import Session
from libs.common.errors import invalid
from libs.common.events.task_terms import Before
from libs.common.rules.requests import Request
from libs.common.security.masking import mask_text
from services.dispatch.cases.actions.steps import CASES, apply, check_length, load_for, shown
from services.dispatch.cases.domain.state import Ask, FilledList
from services.dispatch.cases.domain.terms import Action
from services.dispatch.cases.domain.transitions import decide
from services.dispatch.cases.schemas import WorkOut
from services.dispatch.cases.tables import Case
from services.dispatch.lists import domain, queries
from services.dispatch.lists.schemas import FillList
from services.dispatch.lists.tables import ListEdition


async def fill(session: Session, asked: Request, case_id: str, list_code: str, body: FillList) -> WorkOut:
    """The list says this from now on; what it said before stays to be read."""
    case = await load_for(session, asked, case_id, Action.FILL_LIST)
    pack = session.packs.current(session.now).directory.pack
    kinds = {kind.code: kind for kind in pack.lists.kinds}
    text = mask_text(body.text)
    edition = (await queries.editions_of(session, case_id)).get(list_code, 0) + 1
    ask = Ask(Action.FILL_LIST, FilledList(list_code, edition, text), f"{list_code}: {text}")
    said = decide(CASES.state_of(case), ask, asked.actor, session.now)
    if list_code not in kinds:
        raise invalid("list_code", f"is none of the pack's lists: {', '.join(kinds)}", "不是县包规定的清单")
    check_length("text", text, 1, pack.texts.note_max)
    _, after = apply(session, case, said)
    by = {"filled_by": said.by.subject, "filled_by_unit": said.by.unit_code, "filled_at": said.at}
    filled = {"case_id": case_id, "version": after.version, "list_code": list_code, "edition": edition, "text": text}
    session.insert(ListEdition, filled | by)
    return shown(session, case, asked.actor)


async def check_lists(session: Session, case: Case, before: Before, category_code: str | None = None) -> None:
    """OutOfTurn, naming each list that this case has to have before that step and has not."""
    missing = await missing_of(session, case, before, category_code)
    domain.check_filled(session.packs.current(session.now).directory.pack.lists.kinds, missing, before)


async def missing_of(session: Session, case: Case, before: Before, category_code: str | None = None) -> list[str]:
    """The codes of those lists; of a category that it gets by the step, if another."""
    directory = session.packs.current(session.now).directory
    demands = directory.pack.lists.demands
    code = directory.nearest_category(category_code or case.category_code or "") if demands else None
    above = directory.category_lineage(code) if code else ()
    wanted = domain.wanted(demands, before, above, case.kind, case.urgency)
    filled = await queries.editions_of(session, case.case_id) if wanted else {}
    return [one for one in wanted if one not in filled]
