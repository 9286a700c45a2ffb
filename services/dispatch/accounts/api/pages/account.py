"""One's own account by pages: sessions, second factor, password."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from libs.common.database.session import Session
from libs.common.errors import Problem
from libs.common.web.frame import Words
from services.dispatch.accounts import queries
from services.dispatch.accounts.actions import own, sessions
from services.dispatch.accounts.api.own import session_out
from services.dispatch.accounts.api.pages.browser import MINE, forget, refused, see_other, signed_in
from services.dispatch.accounts.api.pages.forms import CodeForm, EndForm, PageForm, PasswordForm
from services.dispatch.accounts.api.pages.signing_in import secret_page
from services.dispatch.accounts.api.pages.views import page, said
from services.dispatch.accounts.api.requests import entrance_of
from services.dispatch.accounts.domain.steps import Step
from services.dispatch.accounts.labels import PAGE
from services.dispatch.accounts.tables import StaffAccount

_MOST_SHOWN = 20

router = APIRouter(prefix="/account", include_in_schema=False)


@router.get("")
async def show_account(request: Request) -> Response:
    """One's own account: sessions, second factor, password."""
    return await _account_page(request)


@router.post("/sessions/end")
async def end_sessions(request: Request, form: Annotated[EndForm, Depends(PageForm(EndForm))]) -> Response:
    """One of one's sessions, or all."""
    entrance = entrance_of(request)
    found = await signed_in(request, entrance)
    if found is None:
        return see_other(f"{MINE}/sign-in?to={MINE}")
    async with entrance.runtime.door_database.transaction(entrance.runtime.clock.now()) as session:
        if form.session_id is not None:
            await own.end_session(session, found.staff_id, form.session_id, entrance.now)
            return see_other(MINE)
        await sessions.end_all(session, found.staff_id, entrance.now)
    return forget(see_other(f"{MINE}/sign-in"), request)


@router.post("/password")
async def change_password(request: Request, form: Annotated[PasswordForm, Depends(PageForm(PasswordForm))]) -> Response:
    """Another password; every other session ends."""
    entrance = entrance_of(request)
    found = await signed_in(request, entrance)
    if found is None:
        return see_other(f"{MINE}/sign-in?to={MINE}")
    if form.new_password != form.again:
        return await _account_page(request, words=PAGE["differ"], status=422)
    try:
        await own.change_password(entrance, found.staff_id, found.session_id, form.old_password, form.new_password)
    except Problem as problem:
        return refused(await _account_page(request, words=said(problem), status=problem.status), problem)
    return await _account_page(request, notice=PAGE["password_changed"])


@router.get("/second-factor")
async def propose_second_factor(request: Request) -> Response:
    """A secret to put into an app."""
    return await _enrol_page(request, None)


@router.post("/second-factor/confirm")
async def confirm_second_factor(request: Request, form: Annotated[CodeForm, Depends(PageForm(CodeForm))]) -> Response:
    """The first code; then the recovery codes."""
    entrance = entrance_of(request)
    found = await signed_in(request, entrance)
    if found is None:
        return see_other(f"{MINE}/sign-in?to={MINE}")
    try:
        async with entrance.runtime.door_database.transaction(entrance.runtime.clock.now()) as session:
            codes = await own.confirm_second_factor(session, entrance, found.staff_id, form.code)
    except Problem as problem:
        return await _enrol_page(request, problem)
    return page(request, "recovery.html", "recovery", codes=codes, onward=MINE)


@router.post("/second-factor/off")
async def take_off_second_factor(request: Request, form: Annotated[CodeForm, Depends(PageForm(CodeForm))]) -> Response:
    """Without it from now on."""
    entrance = entrance_of(request)
    found = await signed_in(request, entrance)
    if found is None:
        return see_other(f"{MINE}/sign-in?to={MINE}")
    try:
        await entrance.charge_code(found.staff_id)
        async with entrance.runtime.door_database.transaction(entrance.runtime.clock.now()) as session:
            await own.take_off_second_factor(session, entrance, found.staff_id, form.code)
    except Problem as problem:
        return refused(await _account_page(request, words=said(problem), status=problem.status), problem)
    return see_other(MINE)


async def _enrol_page(request: Request, problem: Problem | None) -> Response:
    entrance = entrance_of(request)
    found = await signed_in(request, entrance)
    if found is None:
        return see_other(f"{MINE}/sign-in?to={MINE}")
    async with entrance.runtime.door_database.transaction(entrance.runtime.clock.now()) as session:
        secret = await own.propose_second_factor(session, entrance, found.staff_id)
    words = None if problem is None else said(problem)
    return secret_page(request, secret, f"{MINE}/second-factor/confirm", MINE, words, demanded=False)


async def _account_page(
    request: Request, *, words: Words | None = None, notice: Words | None = None, status: int = 200
) -> Response:
    entrance = entrance_of(request)
    found = await signed_in(request, entrance)
    if found is None:
        return see_other(f"{MINE}/step?to={MINE}")

    async def read(session: Session) -> dict[str, Any]:
        account: StaffAccount = await own.account_of(session, found.staff_id)
        offices = queries.offices_of(session, found.staff_id)
        member = session.staff.member(found.staff_id)
        rows = await queries.open_sessions(session, found.staff_id, entrance.now)
        latest = sorted(rows, key=lambda row: row.used_at, reverse=True)[:_MOST_SHOWN]
        return {
            "account": account,
            "person": member.name if member is not None else found.staff_id,
            "offices": offices,
            "office": next((office for office in offices if office.unit_code == found.unit_code), None),
            "demanded": bool(entrance.accounts.totp_roles & queries.roles_of(offices)),
            "sessions": [session_out(row, found.session_id) for row in latest if row.step is Step.DONE],
        }

    async with entrance.runtime.door_database.reading() as session:
        session.now = entrance.runtime.clock.now()
        shown = await read(session)
    return page(request, "me.html", "account", status=status, problem=words, notice=notice, **shown)
