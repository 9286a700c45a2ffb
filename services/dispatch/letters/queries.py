"""Every SELECT of letters, of their numbers and of their templates."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Select, and_, literal_column, not_, or_, select
from sqlmodel import col

from libs.common.database.session import Session
from libs.common.errors import NotFound
from libs.common.events.letter_terms import LetterStatus
from libs.common.rules.machine import Actor
from libs.common.security.policy import Scope
from libs.common.web.cursors import Keyset, PageQuery
from services.dispatch.cases.tables import Case
from services.dispatch.letters.tables import Letter, LetterTemplate

LETTERS_KEYSET = Keyset("dispatch.letters", (Letter.drafted_at, Letter.letter_id), (datetime, str))
_WAITING = literal_column("letter.status IN ('sent', 'acknowledged', 'sent_back')", Boolean)

_CASE_OF = "SELECT case_id FROM letter WHERE letter_id = $1"
_OVERDUE = """
    SELECT count(*) AS n FROM letter WHERE status IN ('sent', 'acknowledged', 'sent_back') AND due_at <= $1
"""
_RECEIVERS_GONE = """
    SELECT DISTINCT to_unit FROM letter WHERE status NOT IN ('accepted', 'withdrawn') AND to_unit <> ALL($1::text[])
"""
_OPEN_TO = """
    SELECT letter_id FROM letter WHERE status NOT IN ('accepted', 'withdrawn') AND to_unit = $1 AND letter_id > $2
    ORDER BY letter_id LIMIT $3
"""
_HAS_NO = "SELECT 1 FROM letter WHERE no = $1"
_NEXT = """
    INSERT INTO letter_sequence AS known (office, kind, year, last) VALUES ($1, $2, $3, 1)
    ON CONFLICT (office, kind, year) DO UPDATE SET last = known.last + 1 RETURNING last
"""


@dataclass(frozen=True, slots=True)
class LetterFilter:
    """Whose letters, and what they are narrowed to."""

    unit_code: str | None
    received: bool
    status: LetterStatus | None = None
    overdue: bool | None = None
    case_id: str | None = None
    kind: str | None = None


async def next_number(session: Session, office: str, kind: str, year: int) -> int:
    """The next of the sequence. Whoever comes at the same time waits until this one is kept, or was never given."""
    return int((await session.fetch(_NEXT, office, kind, year))[0].last)


async def is_taken(session: Session, no: str) -> bool:
    """Whether a letter has this number already."""
    return bool(await session.fetch(_HAS_NO, no))


async def overdue_letters(session: Session) -> int:
    """Letters that should have been answered by now, about cases or not."""
    return int((await session.fetch(_OVERDUE, session.now))[0].n)


async def receivers_gone(session: Session, there: Collection[str]) -> list[str]:
    """The units that open letters go to, without those that are ``there``."""
    return [row.to_unit for row in await session.fetch(_RECEIVERS_GONE, list(there))]


async def open_letters_to(session: Session, unit_code: str, after: str, at_most: int) -> list[str]:
    """The open letters to a unit, in the order of their ids."""
    return [row.letter_id for row in await session.fetch(_OPEN_TO, unit_code, after, at_most)]


async def case_of(session: Session, letter_id: str) -> str | None:
    """The case that a letter is about, if any."""
    found = await session.fetch(_CASE_OF, letter_id)
    return found[0].case_id if found else None


async def visible_letter(
    session: Session, scope: Scope, actor: Actor, letter_id: str, *, lock: bool = True
) -> tuple[Letter, Case | None]:
    """A letter with its case, both locked for who takes a step; NotFound for whoever neither writes nor gets it."""
    case, case_id = None, await case_of(session, letter_id)
    if case_id is not None:
        # The case before its letters, as whoever takes a step of the case does.
        case = await session.one(Case, "case_id", case_id, lock=lock)
    letter = await session.one(Letter, "letter_id", letter_id, lock=lock)
    if letter is None or not _sees(scope, actor, letter, case):
        raise NotFound("There is no such letter, or you may not see it", "函件不存在或无权查看")
    return letter, case


def _sees(scope: Scope, actor: Actor, letter: Letter, case: Case | None) -> bool:
    if case is not None and scope.is_about(case.accused_unit, case.also_accused):
        return False
    return letter.office in actor.units or (letter.to_unit in actor.units and letter.sent_at is not None)


async def letters_of(session: Session, case_id: str) -> list[Letter]:
    """The letters about a case."""
    return sorted(await session.rows(Letter, "case_id", case_id), key=lambda letter: letter.letter_id)


def letters_statement(session: Session, scope: Scope, wanted: LetterFilter, page: PageQuery) -> Select[Letter]:
    """A unit's letters, the newest first: those that it got, or those that it wrote."""
    unit = col(Letter.to_unit if wanted.received else Letter.office)
    conditions: list[ColumnElement[bool]] = [unit == wanted.unit_code]
    if wanted.received:
        conditions.append(col(Letter.sent_at).is_not(None))
    if wanted.status is not None:
        conditions.append(col(Letter.status) == wanted.status)
    if wanted.case_id is not None:
        conditions.append(col(Letter.case_id) == wanted.case_id)
    if wanted.kind is not None:
        conditions.append(col(Letter.kind) == wanted.kind)
    if wanted.overdue is not None:
        late = and_(_WAITING, col(Letter.due_at) <= session.now)
        conditions.append(late if wanted.overdue else not_(and_(_WAITING, col(Letter.due_at).is_not(None), late)))
    statement = select(Letter).where(*conditions)
    if scope.own:
        also: Any = col(Case.also_accused)
        about = and_(
            or_(col(Case.accused_unit).is_(None), not_(col(Case.accused_unit).in_(sorted(scope.own)))),
            not_(also.overlap(sorted(scope.own))),
        )
        statement = statement.outerjoin(Case, col(Case.case_id) == col(Letter.case_id))
        statement = statement.where(or_(col(Letter.case_id).is_(None), about))
    return LETTERS_KEYSET.cut(statement, page)


async def list_letters(session: Session, statement: Select[Letter]) -> list[Letter]:
    """The rows of a page, and one more when there is a next."""
    return list((await session.execute(statement)).scalars())


async def templates_of(session: Session, office: str) -> dict[str, LetterTemplate]:
    """The last edition of each of an office's own templates, by the kind of letter."""
    statement = (
        select(LetterTemplate)
        .where(col(LetterTemplate.office) == office)
        .order_by(col(LetterTemplate.kind), col(LetterTemplate.edition))
    )
    return {row.kind: row for row in (await session.execute(statement)).scalars()}
