"""What a summoned unit claims (被召集单位申请), and deciding on it."""

from libs.common.database.session import Session
from libs.common.pack.directory import Directory
from libs.common.rules.requests import Request
from libs.common.security.masking import mask_text
from services.dispatch.appraisals.actions.appraising import score_rules
from services.dispatch.appraisals.actions.keeping import apply, whistles_of
from services.dispatch.appraisals.domain.claiming import (
    Decided,
    check_above,
    check_apart,
    claim_of,
    decide_claim,
    decide_ruling,
)
from services.dispatch.appraisals.domain.state import ClaimedState, WhistlesOfCase
from services.dispatch.appraisals.schemas import ClaimOut, DecideClaim, MakeClaim
from services.dispatch.calls.domain import call_of
from services.dispatch.calls.queries import called_case
from services.dispatch.cases.actions.steps import CASES, on_version
from services.dispatch.cases.domain.appraising import UnitClaim
from services.dispatch.cases.queries import visible_case
from services.dispatch.requests.actions.bounds import offices


async def claim(session: Session, asked: Request, case_id: str, body: MakeClaim) -> ClaimOut:
    """The unit gives its task back, objects to its score, or says that the whistle was needless."""
    unit = asked.actor.unit_code or ""
    case = await called_case(session, asked.scope, case_id, unit, lock=True)
    on_version(session, asked, case)
    standing = await whistles_of(session, case)
    whistle = call_of(standing.calls, unit).version if body.whistle is None else body.whistle
    wanted = UnitClaim(body.kind, whistle, standing.call(whistle, unit).name, unit, mask_text(body.reason))
    await apply(session, case, decide_claim(CASES.state_of(case), standing, wanted, asked.actor, session.now))
    made = claim_of(await whistles_of(session, case), case.version)
    return ClaimOut.of(case_id, made)


async def decide(
    session: Session, asked: Request, case_id: str, number: int, body: DecideClaim, *, above: bool
) -> ClaimOut:
    """Somebody of the county, apart from both sides, grants or refuses it. ``above``: of the supervisors."""
    case = await visible_case(session, asked.scope, case_id)
    standing = await whistles_of(session, case)
    directory = session.packs.current(session.now).directory
    made = claim_of(standing, number)
    check_apart(standing, made, _offices_apart(directory, standing, made), asked.actor)
    on_version(session, asked, case)
    check_above(made, session.now, above=above)
    decided = Decided(body.granted, mask_text(body.note), body.points)
    rules, state = score_rules(session), CASES.state_of(case)
    said = decide_ruling(state, standing, number, decided, rules, asked.actor, session.now)
    await apply(session, case, said)
    return ClaimOut.of(case_id, claim_of(await whistles_of(session, case), number))


def _offices_apart(directory: Directory, standing: WhistlesOfCase, made: ClaimedState) -> frozenset[str]:
    """The offices of the county that are of neither side: a street's own hotline is not."""
    sides = made.unit_code, standing.appraisal.whistle(made.whistle).street_unit
    return frozenset(code for code in offices(directory) if not directory.is_within_any(code, sides))
