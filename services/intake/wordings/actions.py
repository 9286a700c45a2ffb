"""Wording what travels of a held case (审定转办文本): what is proposed, and its release by a person."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from libs.common.database.session import Session
from libs.common.errors import Conflict, FieldError, Invalid, NotFound, invalid
from libs.common.events.cases import CaseSupplemented
from libs.common.events.door import WordingReleased
from libs.common.pack.schema.pack import TextLimits
from libs.common.rules.requests import Request
from libs.common.security.policy import Scope
from libs.common.security.vault import Vault
from services.intake.cases.actions.drafts import check_length, told_of, wording_cell
from services.intake.cases.actions.receipts import receipt
from services.intake.cases.actions.steps import load_for, supplement_cell
from services.intake.cases.actions.unit_of_work import apply
from services.intake.cases.domain.lifecycle import Action, Words, decide
from services.intake.cases.queries.locking import LockedCase
from services.intake.cases.queries.reading import find_whole
from services.intake.cases.schemas import Receipt
from services.intake.requesters.actions import envelope_in, opened, own_words_of
from services.intake.requesters.domain import Own
from services.intake.wordings.queries import find_words, held_additions
from services.intake.wordings.schemas import ProposedAddition, ReleaseWording, WordingOut

_WORDED = "UPDATE cases SET title = $2 WHERE case_id = $1"
_TOLD = "UPDATE wording SET text = $2, held = false WHERE case_id = $1"
_ADDED = """
    UPDATE supplement SET text = new.text, held = false
    FROM unnest($1::text[], $2::text[]) AS new(supplement_id, text) WHERE supplement.supplement_id = new.supplement_id
"""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What of a case waits, as rules would let it travel. Title and text are None when they were released before."""

    own: Own
    title: str | None
    text: str | None
    additions: Mapping[str, tuple[datetime, str]]
    """By supplement, oldest first: when it was said, and what."""


async def propose(session: Session, scope: Scope, case_id: str, vault: Vault) -> WordingOut:
    """What waits; NotFound when the case is out of reach, as it is for the unit complained about."""
    whole = await find_whole(session, scope, case_id)
    if whole is None:
        raise NotFound
    proposal = await _proposal(session, case_id, vault)
    return WordingOut(
        case_id=case_id,
        case_no=whole.case.case_no,
        words=whole.case.words,
        title=proposal.title,
        text=proposal.text,
        additions=tuple(
            ProposedAddition(supplement_id=supplement_id, at=at, text=text)
            for supplement_id, (at, text) in proposal.additions.items()
        ),
        version=whole.case.version,
    )


async def release(session: Session, request: Request, case_id: str, body: ReleaseWording, vault: Vault) -> Receipt:
    """Everything that waits travels from now on, as it was proposed or as it was written.

    Raises:
        NotFound: the case is out of reach.
        Conflict: nothing of it waits.
        Invalid: something identifies somebody, as far as rules find it; each place is named.
    """
    case = await load_for(session, request, case_id)
    if case.state.words is not Words.HELD:
        raise Conflict("Nothing of this case waits for its wording", "该件没有待审定的转办文本")
    proposal = await _proposal(session, case_id, vault)
    _check(body, proposal, session.packs.current(session.now).directory.pack.texts)
    if proposal.text is not None and proposal.title is not None:
        title, text = body.title or proposal.title, body.text or proposal.text
        await _release_first(session, request, case, title, text)
    worded = {one.supplement_id: one.text for one in body.additions}
    added = {which: worded.get(which, text) for which, (_, text) in proposal.additions.items()}
    await _release_additions(session, request, case, added)
    return receipt(case)


async def _release_first(session: Session, request: Request, case: LockedCase, title: str, text: str) -> None:
    what, facts = "wording_released", {"words": Words.RELEASED}
    said = decide(case.state, Action.RELEASE, request.actor, session.now, what=what, note=title, **facts)
    await session.fetch(_WORDED, case.case_id, title)
    await session.fetch(_TOLD, case.case_id, text)
    told = WordingReleased(occurred_at=session.now, case_id=case.case_id, title=title, text=text)
    apply(session, case, said, told)


async def _release_additions(session: Session, request: Request, case: LockedCase, added: Mapping[str, str]) -> None:
    if added:
        await session.fetch(_ADDED, list(added), list(added.values()))
    for supplement_id, text in added.items():
        what, facts = "supplemented", {"words": Words.RELEASED}
        said = decide(case.state, Action.SUPPLEMENT, request.actor, session.now, what=what, note=text, **facts)
        told = CaseSupplemented(occurred_at=session.now, case_id=case.case_id, text=text, supplement_id=supplement_id)
        apply(session, case, said, told)


async def _proposal(session: Session, case_id: str, vault: Vault) -> Proposal:
    own = await own_words_of(session, vault, case_id, keeps_places=False)
    envelope = await envelope_in(session, vault, case_id)
    words = await find_words(session, case_id)
    title = text = None
    if words is not None and words.held:
        said = opened(envelope, words.sealed_text, wording_cell("text", case_id)) or words.text
        title, text = told_of(own, opened(envelope, words.sealed_title, wording_cell("title", case_id)), said)
    additions = {}
    for row in await held_additions(session, case_id):
        said = opened(envelope, row.sealed_text, supplement_cell(case_id, row.supplement_id)) or row.text
        additions[row.supplement_id] = row.at, own.hidden_in(said)
    return Proposal(own, title, text, additions)


def _check(body: ReleaseWording, proposal: Proposal, limits: TextLimits) -> None:
    if proposal.text is None and (body.title is not None or body.text is not None):
        raise invalid("text", "was released before", "转办文本此前已审定")
    check_length("title", body.title, limits.title_max)
    check_length("text", body.text, limits.text_max)
    written = {"title": body.title or "", "text": body.text or ""}
    for number, one in enumerate(body.additions):
        if one.supplement_id not in proposal.additions:
            field = f"additions/{number}/supplement_id"
            raise invalid(field, "is none of those that wait", "不是待审定的补充")
        check_length(f"additions/{number}/text", one.text, limits.text_max)
        written[f"additions/{number}/text"] = one.text
    found = [place for field, text in written.items() for place in _places(proposal.own, field, text)]
    if found:
        raise Invalid(
            "It still has what identifies somebody: leave it out, or put stars for it",
            "文本中仍有可识别个人的信息，请删去或以星号代替",
            fields=found,
        )


def _places(own: Own, field: str, text: str) -> Iterator[FieldError]:
    """Where rules find something. What stands there is not repeated."""
    masked = own.hidden_in(text)
    for differs, places in groupby(range(len(text)), lambda place: text[place] != masked[place]):
        if differs:
            first, *rest = places
            last = rest[-1] if rest else first
            message = f"characters {first + 1} to {last + 1} identify somebody"
            yield FieldError(field, message, f"第 {first + 1} 至 {last + 1} 个字符可识别个人")
