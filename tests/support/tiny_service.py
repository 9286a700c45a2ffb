"""A service of two dozen lines on the real library: notes that can be written, changed, listed and read in bulk."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, cast

import asyncpg
import uuid_utils
from fastapi import APIRouter, FastAPI, Response
from sqlalchemy import MetaData, select
from sqlmodel import Field, SQLModel

from libs.common.bus.flow import Service
from libs.common.bus.port import Bus
from libs.common.database.batch import GroupCommit, Job
from libs.common.database.session import Database, Session
from libs.common.delivery.handlers import reactions
from libs.common.errors import Conflict, NotFound, Unauthenticated
from libs.common.ledger.schema import LEDGER_DDL
from libs.common.rules.versions import ExpectedVersion, check_version
from libs.common.security.fingerprints import AnswerKeys
from libs.common.security.principal import Principal, Role
from libs.common.security.right import Right
from libs.common.security.vault import Vault
from libs.common.service.runtime import Runtime
from libs.common.time.clock import Clock, SystemClock
from libs.common.web.answers import prepare_answers
from libs.common.web.app import create_app
from libs.common.web.cursors import DEFAULT_PAGE_SIZE, CursorText, Keyset, Page, PageSize
from libs.common.web.door import Door, needs
from libs.common.web.fields import AnswerBody, AreaCode, CaseId, Count, Flag, LongText, Moment, RequestBody
from libs.common.web.headers import IdempotencyKey, IfMatch
from libs.common.web.ndjson import in_chunks, ndjson_body, read_lines

SECRET = "13812345678"
"""Stands in every place that must not leak."""
ANSWER_KEYS = AnswerKeys((b"a" * 32,))


class Base(SQLModel):
    metadata = MetaData()


class Note(Base, table=True):
    """One row."""

    note_id: str = Field(primary_key=True)
    area_code: str
    text: str
    version: int = 1
    written_at: datetime


class WriteNote(RequestBody):
    """The body of a new note."""

    area_code: AreaCode
    text: LongText
    seen_at: Moment | None = None
    pinned: Flag = False
    weight: Count = 0
    tags: Annotated[tuple[str, ...], Field(max_length=3)] = ()


class NoteOut(AnswerBody):
    """A note."""

    note_id: str
    area_code: str
    text: str
    version: int
    written_at: datetime


@dataclass
class Tokens:
    """A verifier that knows some tokens; three are of one account that was given other rights."""

    principals: dict[str, Principal] = field(
        default_factory=lambda: {
            "operator": _principal("operator-1", Role.OPERATOR),
            "visitor": _principal("visitor-1", Role.VISITOR),
            "other-area": _principal("operator-2", Role.OPERATOR, area_code="999002000000"),
            "auditor": _principal("auditor-1", Role.AUDITOR),
            "admin": _principal("admin-1", Role.ADMIN),
            "operator-moved": _principal("operator-1", Role.OPERATOR, area_code="999001101000"),
            "operator-of-unit": _principal("operator-1", Role.OPERATOR, unit_code="D-WATER"),
            "operator-visits": _principal("operator-1", Role.OPERATOR, Role.VISITOR),
        }
    )

    async def verify(self, token: str) -> Principal:
        """Whose it is."""
        if token not in self.principals:
            raise Unauthenticated("The token's signature is wrong", "令牌签名无效")
        return self.principals[token]


def _principal(subject: str, *roles: Role, area_code: str = "999001000000", unit_code: str | None = None) -> Principal:
    return Principal(subject, frozenset(roles), area_code, unit_code, f"token-of-{subject}")


def _shown(note: Note) -> NoteOut:
    return NoteOut.model_validate(note, from_attributes=True)


async def write_note(session: Session, body: WriteNote) -> NoteOut:
    """Make one."""
    note = session.new(
        Note,
        note_id=str(uuid_utils.uuid7()),
        area_code=body.area_code,
        text=body.text,
        version=1,
        written_at=session.now,
    )
    return _shown(note)


async def change_note(session: Session, door: Door, note_id: str, text: str, expected: ExpectedVersion) -> NoteOut:
    """Change its text."""
    note = await session.one(Note, "note_id", note_id)
    if note is None or not door.scope.covers(note.area_code):
        raise NotFound
    check_version(expected, note.version)
    note.text, note.version = text, note.version + 1
    return _shown(note)


BY_TIME = Keyset("tiny.notes", (Note.written_at, Note.note_id), (datetime, str))


def tiny_router() -> APIRouter:
    """``/v1/notes``."""
    router = APIRouter(prefix="/v1", tags=["notes"])
    _add_writes(router)
    _add_reads(router)
    _add_troubles(router)
    return router


def _add_writes(router: APIRouter) -> None:
    @router.post("/notes", status_code=201, response_model=NoteOut)
    async def post_note(
        body: WriteNote, door: Annotated[Door, needs(Right.CASE_REGISTER)], once: IdempotencyKey
    ) -> Response:
        return await door.write(
            lambda session: write_note(session, body), once, location=lambda note: f"/intake/v1/notes/{note.note_id}"
        )

    @router.put("/notes/{note_id}", response_model=NoteOut)
    async def put_note(
        note_id: CaseId,
        body: WriteNote,
        door: Annotated[Door, needs(Right.CASE_SUPPLEMENT)],
        expected: IfMatch,
        once: IdempotencyKey,
    ) -> Response:
        return await door.write(
            lambda session: change_note(session, door, note_id, body.text, expected), once, keys=[note_id]
        )

    @router.delete("/notes/{note_id}", status_code=204)
    async def delete_note(
        note_id: CaseId, door: Annotated[Door, needs(Right.CASE_WITHDRAW)], once: IdempotencyKey
    ) -> Response:
        async def act(session: Session) -> None:
            note = await session.one(Note, "note_id", note_id)
            if note is None:
                raise NotFound
            await session.remove(note)

        return await door.write(act, once, keys=[note_id])

    @router.post("/notes/batch", openapi_extra=ndjson_body(WriteNote))
    async def post_notes(door: Annotated[Door, needs(Right.CASE_REGISTER_BATCH)]) -> dict[str, Any]:
        taken, wrong = 0, []
        async for lines in in_chunks(read_lines(door.request, WriteNote, max_line_bytes=4096), 2):
            good = [line.value for line in lines if line.value is not None]
            wrong += [{"line": line.number, "field": line.errors[0].field} for line in lines if line.errors]

            async def act(session: Session, bodies: Sequence[WriteNote] = good) -> int:
                for body in bodies:
                    await write_note(session, body)
                return len(bodies)

            taken += await door.run(act)
        return {"taken": taken, "wrong": wrong}


def _add_reads(router: APIRouter) -> None:
    @router.get("/notes")
    async def list_notes(
        door: Annotated[Door, needs(Right.CASE_LIST)], cursor: CursorText = None, limit: PageSize = DEFAULT_PAGE_SIZE
    ) -> Page[NoteOut]:
        statement = (
            select(Note)
            .where(door.scope.predicate(cast("Any", Note.area_code), accused_columns=None), *BY_TIME.after(cursor))
            .order_by(*BY_TIME.order())
            .limit(limit + 1)
        )

        async def query(session: Session) -> Page[NoteOut]:
            return BY_TIME.page((await session.execute(statement)).scalars().all(), limit, _shown)

        return await door.read(query)

    @router.get("/notes/{note_id}", response_model=NoteOut)
    async def get_note(note_id: CaseId, door: Annotated[Door, needs(Right.CASE_READ)]) -> Response:
        async def query(session: Session) -> NoteOut:
            note = await session.one(Note, "note_id", note_id, lock=False)
            if note is None or not door.scope.covers(note.area_code):
                raise NotFound
            return _shown(note)

        return door.answer(await door.read(query))


def _add_troubles(router: APIRouter) -> None:
    @router.post("/conflicts")
    async def conflict(
        body: WriteNote, door: Annotated[Door, needs(Right.CASE_REGISTER)], once: IdempotencyKey
    ) -> Response:
        async def act(session: Session) -> NoteOut:
            await write_note(session, body)
            raise Conflict("It is closed", "已办结")

        return await door.write(act, once)

    @router.get("/boom")
    async def boom(door: Annotated[Door, needs(Right.CASE_READ)]) -> None:
        raise RuntimeError(f"a row said {SECRET}")


@dataclass(frozen=True)
class TinyService:
    """The application and what stands behind it."""

    app: FastAPI
    runtime: Runtime
    database: Database

    async def close(self) -> None:
        """Let go of the database."""
        await self.runtime.commit.drain()
        await self.database.close()


async def create_tables(url: str) -> None:
    """What a migration would do."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("CREATE SCHEMA intake; SET search_path TO intake")
        for statement in LEDGER_DDL:
            await connection.execute(statement)
        await connection.execute(
            """
            CREATE TABLE note (
                note_id text PRIMARY KEY, area_code text NOT NULL, text text NOT NULL,
                version integer NOT NULL, written_at timestamptz NOT NULL
            )
            """
        )
    finally:
        await connection.close()


async def prepare(session: Session, jobs: Sequence[Job]) -> None:
    """What a service's group commit calls first."""
    await prepare_answers(session, jobs)
    await session.load(Note, "note_id", [key for job in jobs for key in job.keys])


def tiny_runtime(url: str, *, clock: Clock | None = None, answer_keys: AnswerKeys = ANSWER_KEYS) -> Runtime:
    """Handles of one process."""
    database = Database(url, "intake")
    return Runtime(
        service=Service.INTAKE,
        clock=clock or SystemClock(),
        bus=cast("Bus", None),
        topic_prefix="",
        door_database=database,
        work_database=database,
        commit=GroupCommit(database, prepare),
        reactions=reactions([]),
        verifier=Tokens(),
        vault=cast("Vault", None),
        fingerprints=answer_keys.of("intake"),
    )


def tiny_app(runtime: Runtime, *more: APIRouter) -> FastAPI:
    """The application alone."""
    return create_app(runtime, [tiny_router(), *more], title="Tiny 小", description="Notes for tests.", version="1.0.0")


def tiny_service(
    url: str, *more: APIRouter, clock: Clock | None = None, answer_keys: AnswerKeys = ANSWER_KEYS
) -> TinyService:
    """The whole."""
    runtime = tiny_runtime(url, clock=clock, answer_keys=answer_keys)
    return TinyService(tiny_app(runtime, *more), runtime, runtime.door_database)
