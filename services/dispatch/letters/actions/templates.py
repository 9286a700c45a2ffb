"""The templates of letters (函件模板): an office's own, checked when it is uploaded, else the one that is shipped."""

import asyncio
from hashlib import sha256

from libs.common.database.session import Session
from libs.common.documents import DocumentLine, FieldsOf, NoDocument, fields_of, filled, plain_document
from libs.common.errors import FieldError, Invalid, NotFound, invalid
from libs.common.rules.requests import Request
from services.dispatch.letters import queries
from services.dispatch.letters.actions import showing
from services.dispatch.letters.actions.writing import office_of
from services.dispatch.letters.labels import FIELDS
from services.dispatch.letters.schemas import LetterFieldOut, LetterOut, LetterTemplateOut, LetterTemplatesOut
from services.dispatch.letters.tables import LetterTemplate

LARGEST = 2 * 1_048_576
_CODES = {word: code for code, (chinese, _) in FIELDS.items() for word in (code, chinese)}
"""Both words of each field, and its code."""
_SHIPPED = (
    DocumentLine("{{office}}", 1, 26, bold=True),
    DocumentLine("{{no}}", 1),
    DocumentLine("{{subject}}", 1, 22, bold=True),
    DocumentLine("{{to}}："),
    DocumentLine("{{body}}"),
    DocumentLine("{{case_no}} {{case_title}}"),
    DocumentLine("{{case_text}}"),
    DocumentLine("请于{{due}}前（{{days}}个工作日内）函复我单位。"),
    DocumentLine("{{office}}", 2),
    DocumentLine("{{date}}", 2),
    DocumentLine("拟稿：{{drafted_by}}　签发：{{signed_by}}", 0, 12),
)
"""What a letter looks like whose office has no template of its own; the kind stands in its number and subject."""


async def listed(session: Session, asked: Request) -> LetterTemplatesOut:
    """The templates of the caller's office, and the fields that there are."""
    office = office_of(session, asked.actor.unit_code).unit
    own = await queries.templates_of(session, office)
    kinds = session.packs.current(session.now).directory.pack.letters.kinds
    fields = [LetterFieldOut(code=code, zh=zh, en=en) for code, (zh, en) in FIELDS.items()]
    templates = [_shown(kind.code, own.get(kind.code)) for kind in kinds]
    return LetterTemplatesOut(office=office, templates=templates, fields=fields)


async def template(session: Session, asked: Request, kind: str) -> bytes:
    """The template in force of the caller's office."""
    office = office_of(session, asked.actor.unit_code).unit
    _check_kind(session, kind)
    return await _content(session, office, kind)


async def keep(session: Session, asked: Request, kind: str, content: bytes, found: FieldsOf) -> LetterTemplateOut:
    """From now on letters of the kind are written with it; editions of before stay."""
    office = office_of(session, asked.actor.unit_code).unit
    _check_kind(session, kind)
    before = (await queries.templates_of(session, office)).get(kind)
    row = session.new(
        LetterTemplate,
        office=office,
        kind=kind,
        edition=1 if before is None else before.edition + 1,
        content=content,
        sha256=sha256(content).hexdigest(),
        fields=[_CODES[name] for name in found.names],
        uploaded_by=asked.actor.subject,
        uploaded_at=session.now,
    )
    return _shown(kind, row)


async def checked(content: bytes) -> FieldsOf:
    """The fields of a document that somebody sends. Invalid, naming each that there is not."""
    try:
        found = await asyncio.to_thread(fields_of, content)
    except NoDocument as error:
        raise invalid("body", str(error), error.chinese) from error
    unknown = [name for name in found.names if name not in _CODES]
    wrong = [_unknown(name) for name in unknown] + [_broken(text) for text in found.broken]
    if wrong:
        raise Invalid("The template cannot be used; nothing was changed", "模板有误，未作任何更改", fields=wrong)
    return found


def _unknown(name: str) -> FieldError:
    there = "、".join(chinese for chinese, _ in FIELDS.values())
    english = f"the field {{{{{name}}}}} does not exist; there are {', '.join(FIELDS)}"
    return FieldError("body", english, f"字段“{{{{{name}}}}}”不存在；可用字段：{there}")


def _broken(text: str) -> FieldError:
    return FieldError("body", f"a field is not written as {{{{name}}}} in: {text}", f"字段应写作 {{{{字段}}}}：{text}")


async def document(session: Session, asked: Request, letter_id: str) -> tuple[LetterOut, bytes, dict[str, str]]:
    """A letter with its office's template, and what stands in the fields, by all their words."""
    letter, values = await showing.printed(session, asked, letter_id)
    content = await _content(session, letter.office, letter.kind)
    return letter, content, {word: values[code] for word, code in _CODES.items()}


async def written(content: bytes, values: dict[str, str]) -> bytes:
    """The document with its fields filled, off the loop."""
    return await asyncio.to_thread(filled, content, values)


async def _content(session: Session, office: str, kind: str) -> bytes:
    own = (await queries.templates_of(session, office)).get(kind)
    return plain_document(*_SHIPPED) if own is None else own.content


def _check_kind(session: Session, code: str) -> None:
    if code not in {kind.code for kind in session.packs.current(session.now).directory.pack.letters.kinds}:
        raise NotFound("The county pack has no such kind of letter", "县包未设此类函件")


def _shown(kind: str, own: LetterTemplate | None) -> LetterTemplateOut:
    if own is not None:
        return LetterTemplateOut.model_validate(own, from_attributes=True)
    names = fields_of(plain_document(*_SHIPPED)).names
    return LetterTemplateOut(kind=kind, edition=0, sha256=None, fields=list(names), uploaded_by=None, uploaded_at=None)
