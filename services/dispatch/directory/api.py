"""The directory (县包): its areas, units and categories, the words that answers use, and publishing a new version."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from functools import partial
from typing import Annotated, Protocol, TypeVar

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel

from libs.common.bus.flow import TOPICS, Stream
from libs.common.database.session import Session
from libs.common.database.stored_packs import refresh_shelf
from libs.common.errors import NotFound
from libs.common.events.household_terms import CLASS_LABELS, MUTED_LABELS, VISIT_EVERY_LABELS
from libs.common.events.reasons import REASONS_ZH, NotAcceptedFor
from libs.common.events.terms import DECLARED, LABELS_ZH, Kind, Level, ResultKind, Urgency
from libs.common.pack.areas import contains
from libs.common.pack.directory import Directory
from libs.common.pack.loader import document
from libs.common.pack.schema import Area, Category, CodedReason, Pack, Unit
from libs.common.pack.versions import ShelvedPack
from libs.common.web.bodies import BodyKind, takes
from libs.common.web.cursors import Page, PageQuery, decode_cursor, encode_cursor
from libs.common.web.door import Door
from libs.common.web.headers import IdempotencyKey
from services.dispatch.aids.domain import AID_LABELS
from services.dispatch.asks.domain import STATE_LABELS
from services.dispatch.calls.domain import CALL_LABELS
from services.dispatch.cases.domain.terms import ACTION_LABELS, STATUS_LABELS
from services.dispatch.directory import queries
from services.dispatch.directory.actions import publishing
from services.dispatch.directory.actions.concerns import concerned
from services.dispatch.directory.schemas import (
    AreaOut,
    AreasQuery,
    CategoriesQuery,
    CategoryOut,
    PackOut,
    PublishPack,
    PublishQuery,
    Term,
    TermsOut,
    UnitOut,
    UnitsQuery,
)
from services.dispatch.letters.domain import LETTER_LABELS
from services.dispatch.mediations.domain import MEDIATION_LABELS
from services.dispatch.rights import PublishesPacks, ReadsDirectory
from services.dispatch.risks.domain import RISK_LABELS
from services.dispatch.routing.domain.terms import RULE_LABELS, VERDICT_LABELS
from services.dispatch.tasks.domain import TASK_LABELS

router = APIRouter(prefix="/v1/directory", tags=["directory"])

ShownT = TypeVar("ShownT", bound=BaseModel)
WordT = TypeVar("WordT", bound=str)
PackVersion = Annotated[int, Path(ge=1, le=2_147_483_647, description="The version that dispatch numbered it with")]


class _Coded(Protocol):
    @property
    def code(self) -> str: ...


RowT = TypeVar("RowT", bound=_Coded)

LARGEST_PACK = TOPICS[Stream.DIRECTORY].largest
"""Bytes of a county with all its grids."""


@router.post("/packs", response_model=PackOut, dependencies=[takes(BodyKind(LARGEST_PACK))])
async def publish_pack(
    body: PublishPack,
    query: Annotated[PublishQuery, Query()],
    door: PublishesPacks,
    once: IdempotencyKey,
) -> Response:
    """Publish a county pack. One that equals the newest version changes nothing and answers that version.

    The answer tells which open cases use what the pack no longer has, and what becomes of them; with `dry_run` it
    tells so beforehand.
    """
    pack = publishing.read_pack(body.model_dump())
    # Beside the writes of the door: whoever waits for a commit should not wait for a look at all open cases.
    concerns = {"concerned": await door.read(lambda session: concerned(session, pack))}
    if query.dry_run:
        tried = await door.read(lambda session: publishing.try_out(session, door.scope, pack))
        return door.answer(tried.model_copy(update=concerns))

    async def publish(session: Session) -> PackOut:
        return (await publishing.publish(session, door.scope, pack)).model_copy(update=concerns)

    response = await door.write(
        publish, once, location=lambda published: f"/dispatch/v1/directory/packs/{published.pack_version}"
    )
    await refresh_shelf(door.runtime.door_database)
    return response


@router.get("/packs/current", response_model=PackOut)
async def current_pack(door: ReadsDirectory) -> Response:
    """The version in force, whole."""

    async def current(session: Session) -> PackOut:
        return _shown(session.packs.current(door.now))

    return door.answer(await door.read(current))


@router.get("/packs/{pack_version}", response_model=PackOut)
async def one_pack(pack_version: PackVersion, door: ReadsDirectory) -> Response:
    """A version, whole; also one that holds no longer, since cases keep theirs."""

    async def one(session: Session) -> PackOut:
        stored = await queries.stored_pack(session, pack_version)
        if stored is None:
            raise NotFound("There is no such pack version", "没有此县包版本")
        return PackOut(
            pack_version=stored.version,
            place_code=stored.place_code,
            edition=stored.document["version"],
            digest=stored.digest,
            effective_from=stored.effective_from,
            document=stored.document,
        )

    return door.answer(await door.read(one))


@router.get("/areas", response_model=Page[AreaOut])
async def list_areas(query: Annotated[AreasQuery, Query()], door: ReadsDirectory) -> Response:
    """区域, by code."""
    directory = await _directory(door)
    rows = [
        area
        for area in directory.pack.areas
        if query.level in (None, area.level) and _is_inside(query.area_code, area.code)
    ]
    return door.answer(_page("dispatch.areas", rows, query, partial(_area, directory)))


@router.get("/units", response_model=Page[UnitOut])
async def list_units(query: Annotated[UnitsQuery, Query()], door: ReadsDirectory) -> Response:
    """单位, by code."""
    units = (await _directory(door)).units(query.level)
    rows = [unit for unit in units if _is_inside(query.area_code, unit.area_code)]
    return door.answer(_page("dispatch.units", rows, query, _unit))


@router.get("/categories", response_model=Page[CategoryOut])
async def list_categories(query: Annotated[CategoriesQuery, Query()], door: ReadsDirectory) -> Response:
    """类别, by code."""
    categories = (await _directory(door)).pack.categories
    rows = [category for category in categories if query.parent in (None, category.parent)]
    return door.answer(_page("dispatch.categories", rows, query, _category))


@router.get("/terms", response_model=TermsOut)
async def list_terms(door: ReadsDirectory) -> Response:
    """Every closed list of words, in Chinese and English; with the reasons of the pack in force."""
    directory = await _directory(door)
    lists = {
        "status": _labelled(STATUS_LABELS),
        "action": _labelled(ACTION_LABELS),
        "rule": _labelled(RULE_LABELS),
        "verdict": _labelled(VERDICT_LABELS),
        "request_state": _labelled(STATE_LABELS),
        "task_status": _labelled(TASK_LABELS),
        "return_reason": _reasons(directory.pack.returns.reasons),
        "nonacceptance_reason": _labelled({one: (REASONS_ZH[one], one.replace("_", " ")) for one in NotAcceptedFor}),
        **_of_requests(directory.pack),
        "raise_reason": _reasons(directory.pack.raising.reasons),
        "handover_reason": _reasons(directory.pack.handovers.reasons),
        "whistle_kind": _reasons(directory.pack.whistles.kinds),
        "call_status": _labelled(CALL_LABELS),
        **_of_appraisals(directory.pack),
        "letter_kind": _reasons(directory.pack.letters.kinds),
        "letter_status": _labelled(LETTER_LABELS),
        **_of_help(directory.pack),
        "list": _reasons(directory.pack.lists.kinds),
        "level": _terms(Level),
        "post": [Term(code=post.code, zh=post.name, en=post.name_en) for post in directory.pack.posts],
        **_of_households(directory.pack),
        "kind": _terms(Kind),
        "urgency": _terms(Urgency),
        "deadline": _labelled({one: (one.promise.label, one.replace("_", " ")) for one in DECLARED.values()}),
        "result_kind": _terms(ResultKind),
    }
    appraisal = directory.pack.whistles.appraisal
    most = {one.code: one.most for one in appraisal.scores}
    must = [one.code for one in appraisal.done if one.must]
    return door.answer(TermsOut(lists=lists, most_points=most, must_be_met=must))


def _of_requests(pack: Pack) -> dict[str, list[Term]]:
    asking = pack.asking
    rules = {
        "extension": asking.extension,
        "suspension": asking.suspension,
        "termination": asking.termination,
        "staged": asking.staged,
    }
    return {f"{kind}_reason": _reasons(one.reasons) for kind, one in rules.items() if one is not None}


def _of_appraisals(pack: Pack) -> dict[str, list[Term]]:
    rules = pack.whistles.appraisal
    return {
        "done_criterion": _reasons(rules.done),
        "score_criterion": _reasons(rules.scores),
        "score_grade": _reasons(rules.grades),
    }


def _of_help(pack: Pack) -> dict[str, list[Term]]:
    rules = pack.mediation
    return {
        "mediation_kind": _reasons(rules.kinds),
        "mediation_venue": _reasons(rules.venues),
        "mediation_participant": _reasons(rules.participants),
        "mediation_status": _labelled(MEDIATION_LABELS),
        "aid_kind": _reasons(pack.aid.kinds),
        "aid_status": _labelled(AID_LABELS),
        "risk_kind": _reasons(pack.risks.kinds),
        "risk_status": _labelled(RISK_LABELS),
    }


def _of_households(pack: Pack) -> dict[str, list[Term]]:
    return {
        "household_class": _labelled(CLASS_LABELS),
        "household_kind": [Term(code=kind.code, zh=kind.name, en=kind.name_en) for kind in pack.households.kinds],
        "household_resource": [
            Term(code=resource.code, zh=resource.name, en=resource.name_en) for resource in pack.households.resources
        ],
        "visit_every": _labelled(VISIT_EVERY_LABELS),
        "muted_for": _labelled(MUTED_LABELS),
    }


def _reasons(reasons: Iterable[CodedReason]) -> list[Term]:
    return [Term(code=reason.code, zh=reason.name, en=reason.name_en) for reason in reasons]


def _labelled(labels: Mapping[WordT, tuple[str, str]]) -> list[Term]:
    return [Term(code=word, zh=zh, en=en) for word, (zh, en) in labels.items()]


def _terms(words: type[StrEnum]) -> list[Term]:
    return [Term(code=word, zh=LABELS_ZH[word], en=word.value.replace("_", " ")) for word in words]


async def _directory(door: Door) -> Directory:
    async def current(session: Session) -> Directory:
        return session.packs.current(door.now).directory

    return await door.read(current)


def _is_inside(outer: str | None, code: str) -> bool:
    return outer is None or contains(outer, code)


def _page(name: str, rows: Sequence[RowT], query: PageQuery, show: Callable[[RowT], ShownT]) -> Page[ShownT]:
    """A page of what the pack holds in memory, by code."""
    after = None if query.cursor is None else str(decode_cursor(name, query.cursor, [str])[0])
    left = sorted((row for row in rows if after is None or row.code > after), key=lambda row: row.code)
    shown = left[: query.limit]
    following = encode_cursor(name, [shown[-1].code]) if len(left) > query.limit else None
    return Page(items=[show(row) for row in shown], next_cursor=following)


def _shown(shelved: ShelvedPack) -> PackOut:
    pack = shelved.directory.pack
    return PackOut(
        pack_version=shelved.version,
        place_code=pack.place.code,
        edition=pack.version,
        digest=shelved.digest,
        effective_from=shelved.effective_from,
        document=document(pack),
    )


def _area(directory: Directory, area: Area) -> AreaOut:
    called, called_en = directory.called(area)
    return AreaOut.model_validate(area.model_dump() | {"called": called, "called_en": called_en})


def _unit(unit: Unit) -> UnitOut:
    return UnitOut.model_validate(unit, from_attributes=True)


def _category(category: Category) -> CategoryOut:
    return CategoryOut.model_validate(category, from_attributes=True)
