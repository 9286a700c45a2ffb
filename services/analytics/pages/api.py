"""The county page: rendered here, without scripts, for leaders and for networks without internet."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from pydantic import Field

from libs.common.counters import Counter
from libs.common.database.session import Session
from libs.common.errors import Forbidden, Unauthenticated
from libs.common.events.terms import Channel, Kind
from libs.common.pack.versions import ShelvedPack
from libs.common.security.policy import has_right
from libs.common.security.tokens import LONGEST_TOKEN
from libs.common.service.runtime import Runtime
from libs.common.shares import MET_WORDS
from libs.common.web.bodies import takes
from libs.common.web.cookies import ACCESS, SIGNED_IN
from libs.common.web.door import Door, Needs
from libs.common.web.fields import AreaCode, CaseId, RequestBody
from libs.common.web.forms import TakesForm
from libs.common.web.problems import language_of
from services.analytics import rights
from services.analytics.counters.domain import Basis
from services.analytics.drilldown import actions as drilldown
from services.analytics.drilldown.schemas import FigureCasesQuery, OpenCasesQuery
from services.analytics.facts.domain.status import Status
from services.analytics.figures.actions.question import names
from services.analytics.figures.actions.sight import live_scope, sight_of
from services.analytics.figures.schemas import GroupBy
from services.analytics.pages import labels
from services.analytics.pages.actions.board import CountyBoard, read_county
from services.analytics.pages.actions.published import PublishedBoard, read_published

SIGN_IN, RENEW = "/dispatch/account/sign-in", "/dispatch/account/renew"
"""Where staff with accounts sign in, and where a session gives its next access token."""
_FOLDER = Path(__file__).parent / "templates"
_CSS = (_FOLDER / "county.css").read_text(encoding="utf-8")
_CSS_HASH = base64.b64encode(hashlib.sha256(_CSS.encode()).digest()).decode()
_CSP = (
    f"default-src 'none'; style-src 'sha256-{_CSS_HASH}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_TEMPLATES = Environment(
    loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)

Language = Literal["zh", "en"]
router = APIRouter(include_in_schema=False)


class PageNeeds(Needs):
    """As ``needs``, for a browser: the token may also come in the address, once, or in the cookie that follows.

    Nobody without a valid token gets a door; the page then asks for one.
    """

    async def __call__(self, request: Request) -> Any:
        """The door, or None for a person who has to sign in."""
        token = request.query_params.get("token") or _header_token(request) or ACCESS.read(request)
        return await self.door_of(request, token) if token else None

    async def door_of(self, request: Request, token: str) -> Door | None:
        """The door that a token opens, if it does."""
        runtime: Runtime = request.app.state.runtime
        try:
            principal = await runtime.verifier.verify(token)
        except Unauthenticated:
            return None
        return Door(request, runtime, principal, self.right)


class SignIn(RequestBody):
    """The form that asks for a token: it comes in the body, so that no address and no log ever holds it."""

    token: Annotated[str, Field(min_length=1, max_length=LONGEST_TOKEN)]
    to: Annotated[str, Field(pattern=r"^/analytics/county(/[a-z0-9-]+)*(\?[!-~]*)?$", max_length=2_000)]


@dataclass(frozen=True, slots=True)
class Entering:
    """Who signs in; without a door, the token was none that counts."""

    form: SignIn
    door: Door | None


class SignInNeeds(PageNeeds):
    """The token that the form holds. A page of another site may not send it: that would sign the reader in as another.

    The one route that reads a body before it knows the token, which stands in it.
    """

    async def __call__(self, request: Request) -> Any:
        """The form, and the door that its token opens."""
        # Not by Origin: our own pages send no referrer, and so a browser says "null" there.
        if request.headers.get("sec-fetch-site", "same-origin") in ("cross-site", "same-site"):
            raise Forbidden("This form belongs to another site", "表单来自其他站点")
        form = await _SIGN_IN(request)
        return Entering(form, await self.door_of(request, form.token))


_SIGN_IN = TakesForm(SignIn)


def _header_token(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


BoardDoor = Annotated[Door | None, Depends(PageNeeds(rights.OPEN_COUNTY_PAGE))]
CasesDoor = Annotated[Door | None, Depends(PageNeeds(rights.SEE_CASES))]
SigningIn = Annotated[Entering, Depends(SignInNeeds(rights.OPEN_COUNTY_PAGE))]
LanguageText = Annotated[Language | None, Query()]


class CasesPageQuery(FigureCasesQuery):
    """The list behind a number, as a page."""

    lang: Language | None = None
    token: str | None = None


class OpenCasesPageQuery(OpenCasesQuery):
    """The list of open cases, as a page."""

    lang: Language | None = None
    token: str | None = None


class BoardQuery(RequestBody):
    """Which area, in which language."""

    area_code: AreaCode | None = None
    lang: Language | None = None
    token: str | None = None


@router.get("/county")
async def show_county(request: Request, query: Annotated[BoardQuery, Query()], door: BoardDoor) -> Response:
    """The board."""
    if door is None or query.token:
        return _enter(request, query.lang, door)
    board = await door.read(lambda session: _board(session, door, query))
    if isinstance(board, PublishedBoard):
        return _View(request, query.lang, ZoneInfo("UTC")).page("published.html", board=board)
    view = _View(request, query.lang, board.zone)
    may_look = has_right(door.principal, rights.SEE_CASES)
    return view.page("county.html", board=board, may_look=may_look, Counter=Counter, area=query.area_code)


async def _board(session: Session, door: Door, query: BoardQuery) -> CountyBoard | PublishedBoard:
    """Of now for those who see so far, else what is published."""
    if sight_of(session, door.principal).is_live:
        scope = live_scope(session, door.principal, door.scope)
        return await read_county(session, scope, query.area_code)
    return await read_published(session, door.scope, door.principal.unit_code)


@router.post("/county/sign-in", dependencies=[takes(_SIGN_IN.kind)])
async def sign_in(request: Request, entering: SigningIn) -> Response:
    """From the form back to the page that asked for it."""
    if entering.door is None:
        return _ask_to_sign_in(request, None, refused=True, to=entering.form.to)
    return _signed_in(request, entering.form.token, entering.form.to)


@router.get("/county/cases")
async def show_cases_behind(request: Request, query: Annotated[CasesPageQuery, Query()], door: CasesDoor) -> Response:
    """The cases behind a number."""
    if door is None or query.token:
        return _enter(request, query.lang, door)
    page = await door.read(
        lambda session: drilldown.read_cases_behind(session, live_scope(session, door.principal, door.scope), query)
    )
    view = _view_in_zone(request, query.lang, door)
    return view.page("cases.html", page=page, amounts=True, titles=_title(query, door), pack=_pack(door))


@router.get("/county/open")
async def show_open_cases(request: Request, query: Annotated[OpenCasesPageQuery, Query()], door: CasesDoor) -> Response:
    """The open cases of a unit or of all."""
    if door is None or query.token:
        return _enter(request, query.lang, door)
    page = await door.read(
        lambda session: drilldown.read_open_cases(session, live_scope(session, door.principal, door.scope), query)
    )
    view = _view_in_zone(request, query.lang, door)
    title = labels.PAGE["overdue" if query.overdue else "open"]
    return view.page("cases.html", page=page, amounts=False, titles=title, pack=_pack(door))


@router.get("/county/cases/{case_id}")
async def show_case(
    request: Request,
    case_id: CaseId,
    door: CasesDoor,
    lang: LanguageText = None,
    token: Annotated[str | None, Query()] = None,
) -> Response:
    """What one case counts as."""
    if door is None or token:
        return _enter(request, lang, door)
    case = await door.read(
        lambda session: drilldown.read_case(session, live_scope(session, door.principal, door.scope), case_id)
    )
    return _view_in_zone(request, lang, door).page("case.html", case=case, pack=_pack(door))


def _pack(door: Door) -> ShelvedPack:
    return door.runtime.door_database.packs.current(door.now)


def _view_in_zone(request: Request, lang: Language | None, door: Door) -> "_View":
    return _View(request, lang, _pack(door).directory.period_rules().time_zone)


def _title(query: FigureCasesQuery, door: Door) -> tuple[str, str]:
    named = query.counter or query.duration
    if named is not None:
        return named.words
    formula = _pack(door).directory.formula(query.measure or "")
    part, part_en = labels.PAGE[query.part.value]
    return f"{formula.name}·{part}", f"{formula.name_en}: {part_en.lower()}"


def _enter(request: Request, lang: Language | None, door: Door | None) -> Response:
    """A token in the address moves into a cookie and out of the address; without a valid one, ask for it."""
    given = request.query_params.get("token")
    if not given and ACCESS.read(request) is None and SIGNED_IN.read(request) is not None:
        # The access token has ended and the session has not: it comes back with the next one.
        return Response(status_code=303, headers={"Location": f"{RENEW}?{urlencode({'to': _asked_for(request)})}"})
    rest = [(name, value) for name, value in request.query_params.multi_items() if name != "token"]
    target = request.url.path + (f"?{urlencode(rest)}" if rest else "")
    if door is None or not given:
        return _ask_to_sign_in(request, lang, refused=bool(given or ACCESS.read(request)), to=target)
    return _signed_in(request, given, target)


def _ask_to_sign_in(request: Request, lang: Language | None, *, refused: bool, to: str) -> Response:
    runtime: Runtime = request.app.state.runtime
    account = f"{SIGN_IN}?{urlencode({'to': to})}" if runtime.signs_in_here else None
    view = _View(request, lang, ZoneInfo("UTC"))
    return view.page("sign_in.html", status=401, refused=refused, to=to, account=account)


def _signed_in(request: Request, token: str, to: str) -> Response:
    response = Response(status_code=303, headers={"Location": to})
    ACCESS.put(response, request, token)
    return response


def _asked_for(request: Request) -> str:
    return f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path


class _View:
    """Renders in one language and one time zone."""

    def __init__(self, request: Request, lang: Language | None, zone: ZoneInfo) -> None:
        accepted = request.headers.get("accept-language")
        self._zh = (lang or (language_of(accepted) if accepted else "zh")) == "zh"
        self._request = request
        self._chosen = lang
        self._zone = zone

    def page(self, template: str, *, status: int = 200, **values: Any) -> Response:
        """The HTML of a template."""
        text = _TEMPLATES.get_template(template).render(
            **values,
            zh=self._zh,
            css=Markup(_CSS),  # noqa: S704 - our own file
            t=lambda word: self._pick(labels.PAGE[word]),
            pick=self._pick,
            counter=lambda counter: self._pick(counter.words),
            status_word=lambda status: self._pick(labels.STATUSES[Status(status)]),
            met_word=lambda met: self._pick(MET_WORDS[met]),
            basis_word=lambda basis: self._pick(labels.BASES[Basis(basis)]),
            channel_word=lambda channel: self._pick(labels.term(Channel(channel))),
            kind_word=lambda kind: self._pick(labels.term(Kind(kind))),
            name_of=lambda pack, by, key: self._pick(names(pack, GroupBy(by), key)),
            moment=self._moment,
            link=self._link,
            request_path=self._request.url.path,
            other_language=self._link(self._request.url.path, {**self._query(), "lang": "en" if self._zh else "zh"}),
        )
        headers = {"Content-Security-Policy": _CSP, "Content-Language": "zh" if self._zh else "en"}
        return Response(text, status, headers, media_type="text/html")

    def _pick(self, both: tuple[str, str]) -> str:
        return both[0] if self._zh else both[1]

    def _query(self) -> dict[str, str]:
        return {name: value for name, value in self._request.query_params.items() if name != "token"}

    def _moment(self, moment: datetime | None) -> str:
        return "" if moment is None else moment.astimezone(self._zone).strftime("%Y-%m-%d %H:%M")

    def _link(self, path: str, values: Mapping[str, object] | None = None, *, keep: bool = False) -> str:
        """An address of this site in the language chosen; with ``keep`` what was asked for is asked for again."""
        query: dict[str, object] = {**self._query()} if keep else {}
        if self._chosen is not None:
            query["lang"] = self._chosen
        query.update(values or {})
        pairs = {name: value for name, value in query.items() if value is not None}
        return f"{path}?{urlencode(pairs)}" if pairs else path
