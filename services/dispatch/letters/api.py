"""HTTP in: letters, their printed forms, and the templates of offices."""

from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Response
from fastapi import Path as InPath

from libs.common.database.session import Session
from libs.common.documents import MEDIA_TYPE
from libs.common.events.letter_terms import LetterStatus
from libs.common.rules.requests import Request
from libs.common.web.cursors import Page
from libs.common.web.fields import Uuid
from libs.common.web.files import TakesFile
from libs.common.web.frame import Frame
from libs.common.web.headers import IdempotencyKey, IfMatch
from services.dispatch.cases.api import asked
from services.dispatch.letters import queries
from services.dispatch.letters.actions import answering, showing, templates, writing
from services.dispatch.letters.labels import FIELDS, NOT_SENT, WITHDRAWN, WORKING_DAYS
from services.dispatch.letters.schemas import (
    AcceptReply,
    DraftLetter,
    LetterItem,
    LetterOut,
    LettersQuery,
    LetterTemplateOut,
    LetterTemplatesOut,
    RemindReceiver,
    ReplyToLetter,
    SendBack,
    WithdrawLetter,
)
from services.dispatch.rights import AnswersLetters, ReadsLetters, WritesLetters

router = APIRouter(prefix="/v1", tags=["letters 函件"])
LetterId = Annotated[Uuid, InPath(description="Letter id (函件编号), a UUID in lower case")]
Kind = Annotated[str, InPath(pattern=r"^[a-z][a-z0-9_]{0,39}$", description="A kind of letter of the pack (函种)")]
TemplateBody = Annotated[bytes, Depends(TakesFile(templates.LARGEST, "A DOCX with named fields, such as {{文号}}"))]

_FRAME = Frame(Path(__file__).parent / "templates", Cache_Control="no-store", X_Robots_Tag="noindex")
_NOTICES = {LetterStatus.DRAFTED: NOT_SENT, LetterStatus.WITHDRAWN: WITHDRAWN}
_A_PAGE: dict[int | str, dict[str, Any]] = {
    200: {"description": "The page", "content": {"text/html": {"schema": {"type": "string"}}}}
}
_A_DOCUMENT: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The document, to be saved",
        "content": {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}},
    }
}


@router.post("/letters", response_model=LetterOut, status_code=201)
async def draft_letter(body: DraftLetter, door: WritesLetters, once: IdempotencyKey) -> Response:
    """函件拟稿: an office that the pack names drafts a letter, about a case or about none; it has no number yet."""
    request, keys = Request(door.actor, door.scope), [] if body.case_id is None else [body.case_id]
    return await door.write(
        lambda session: writing.draft(session, request, body),
        once,
        keys=keys,
        location=lambda letter: f"/dispatch/v1/letters/{letter.letter_id}",
    )


@router.get("/letters", response_model=Page[LetterItem])
async def list_letters(query: Annotated[LettersQuery, Query()], door: ReadsLetters) -> Response:
    """收函、发函: the letters that the caller's unit got, or that it writes, newest first; who is late by name."""
    wanted = queries.LetterFilter(
        door.actor.unit_code, query.box == "received", query.status, query.overdue, query.case_id, query.kind
    )

    async def page(session: Session) -> Page[LetterItem]:
        rows = await queries.list_letters(session, queries.letters_statement(session, door.scope, wanted, query))
        return queries.LETTERS_KEYSET.page(rows, query.limit, partial(showing.item, session))

    return door.answer(await door.read(page))


@router.get("/letters/{letter_id}", response_model=LetterOut)
async def read_letter(letter_id: LetterId, door: ReadsLetters) -> Response:
    """One letter, for the unit that writes it and the one that it goes to: nobody else sees it."""
    request = Request(door.actor, door.scope)
    return door.answer(await door.read(lambda session: showing.read(session, request, letter_id)))


@router.get("/letters/{letter_id}/page", response_class=Response, responses=_A_PAGE)
async def print_letter(letter_id: LetterId, door: ReadsLetters) -> Response:
    """The letter as a page to print on A4; one that was not signed off, or was withdrawn, says so."""
    request = Request(door.actor, door.scope)
    letter, shown = await door.read(lambda session: showing.printed(session, request, letter_id))
    notice = _NOTICES.get(letter.status)
    title = (letter.subject, letter.no or "")
    return _FRAME.page("letter.html", title, words=FIELDS, working_days=WORKING_DAYS, letter=shown, notice=notice)


@router.get("/letters/{letter_id}/document", response_class=Response, responses=_A_DOCUMENT)
async def write_document(letter_id: LetterId, door: ReadsLetters) -> Response:
    """The letter as a DOCX on A4, by the office's own template, else by the one that is shipped."""
    request = Request(door.actor, door.scope)
    letter, content, values = await door.read(lambda session: templates.document(session, request, letter_id))
    return _document(await templates.written(content, values), letter.no or letter.letter_id)


@router.post("/letters/{letter_id}/sending", response_model=LetterOut)
async def send_letter(letter_id: LetterId, door: WritesLetters, expected: IfMatch, once: IdempotencyKey) -> Response:
    """签发: it is signed off, gets its number and is sent; never by who drafted it, if the pack says so."""
    request = asked(door, expected)
    return await door.write(lambda session: writing.send(session, request, letter_id), once)


@router.post("/letters/{letter_id}/acknowledgement", response_model=LetterOut)
async def acknowledge_letter(
    letter_id: LetterId, door: AnswersLetters, expected: IfMatch, once: IdempotencyKey
) -> Response:
    """签收函件: the receiver has it. Needs If-Match."""
    request = asked(door, expected)
    return await door.write(lambda session: answering.acknowledge(session, request, letter_id), once)


@router.post("/letters/{letter_id}/reply", response_model=LetterOut)
async def reply_to_letter(
    letter_id: LetterId, body: ReplyToLetter, door: AnswersLetters, expected: IfMatch, once: IdempotencyKey
) -> Response:
    """复函: what the receiver answers, with its evidence; after the deadline it is late. Needs If-Match."""
    request = asked(door, expected)
    return await door.write(lambda session: answering.reply(session, request, letter_id, body), once)


@router.post("/letters/{letter_id}/acceptance", response_model=LetterOut)
async def accept_reply(
    letter_id: LetterId, body: AcceptReply, door: WritesLetters, expected: IfMatch, once: IdempotencyKey
) -> Response:
    """复函认可: the office takes the reply for good; the result of the case waits no longer. Needs If-Match."""
    request = asked(door, expected)
    return await door.write(lambda session: writing.accept(session, request, letter_id, body.opinion), once)


@router.post("/letters/{letter_id}/return", response_model=LetterOut)
async def return_reply(
    letter_id: LetterId, body: SendBack, door: WritesLetters, expected: IfMatch, once: IdempotencyKey
) -> Response:
    """复函退回: the reply does not do, and another is due by a new deadline. Needs If-Match."""
    request = asked(door, expected)
    return await door.write(lambda session: writing.send_back(session, request, letter_id, body), once)


@router.post("/letters/{letter_id}/reminders", response_model=LetterOut)
async def remind_receiver(
    letter_id: LetterId, body: RemindReceiver, door: WritesLetters, expected: IfMatch, once: IdempotencyKey
) -> Response:
    """催复: a reminder goes after a letter that has no reply. Needs If-Match."""
    request = asked(door, expected)
    return await door.write(lambda session: writing.remind(session, request, letter_id, body.reminder), once)


@router.post("/letters/{letter_id}/withdrawal", response_model=LetterOut)
async def withdraw_letter(
    letter_id: LetterId, body: WithdrawLetter, door: WritesLetters, expected: IfMatch, once: IdempotencyKey
) -> Response:
    """撤回函件: nobody waits for it any more; it keeps the number that it had. Needs If-Match."""
    request = asked(door, expected)
    return await door.write(lambda session: writing.withdraw(session, request, letter_id, body.reason), once)


@router.get("/letter-templates", response_model=LetterTemplatesOut)
async def list_letter_templates(door: WritesLetters) -> Response:
    """函件模板: the office's own for each kind, or the one that is shipped, and the fields that they may name."""
    request = Request(door.actor, door.scope)
    return door.answer(await door.read(lambda session: templates.listed(session, request)))


@router.get("/letter-templates/{kind}", response_class=Response, responses=_A_DOCUMENT)
async def read_letter_template(kind: Kind, door: WritesLetters) -> Response:
    """The template in force as a DOCX, to be changed and uploaded again."""
    request = Request(door.actor, door.scope)
    return _document(await door.read(lambda session: templates.template(session, request, kind)), f"template-{kind}")


@router.post("/letter-templates/{kind}", response_model=LetterTemplateOut, status_code=201)
async def keep_letter_template(
    kind: Kind, door: WritesLetters, content: TemplateBody, once: IdempotencyKey
) -> Response:
    """上传函件模板: a DOCX; each field that it names and that there is not is named, and nothing changes then."""
    request, found = Request(door.actor, door.scope), await templates.checked(content)
    return await door.write(
        lambda session: templates.keep(session, request, kind, content, found), once, content=sha256(content).digest()
    )


def _document(content: bytes, name: str) -> Response:
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}.docx",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(content, media_type=MEDIA_TYPE, headers=headers)
