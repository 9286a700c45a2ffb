"""Signing in by pages, step by step, back to the page that one came from, and out again."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request, Response

from libs.common.errors import Problem, Unauthenticated
from libs.common.web.frame import Words
from services.dispatch.accounts import queries
from services.dispatch.accounts.actions.entrance import Entrance
from services.dispatch.accounts.actions.second_factor import Secret
from services.dispatch.accounts.api.pages.browser import (
    DEVICE,
    MINE,
    forget,
    onward,
    refused,
    see_other,
    session_row,
    token_of,
    token_or_none,
    with_cookies,
)
from services.dispatch.accounts.api.pages.forms import (
    CodeForm,
    FirstPasswordForm,
    PageForm,
    SignInForm,
    ToQuery,
    UnitForm,
    own_form,
)
from services.dispatch.accounts.api.pages.views import local, page, picture, said
from services.dispatch.accounts.api.requests import entrance_of, origin_of
from services.dispatch.accounts.domain.steps import Step
from services.dispatch.accounts.labels import PAGE
from services.dispatch.accounts.tables import StaffSession

router = APIRouter(prefix="/account", include_in_schema=False)


@router.get("/sign-in")
async def show_sign_in(request: Request, to: ToQuery = None) -> Response:
    """Name and password."""
    return _sign_in_page(request, local(to))


@router.post("/sign-in")
async def sign_in(request: Request, form: Annotated[SignInForm, Depends(PageForm(SignInForm))]) -> Response:
    """To the next step, or to where one came from."""
    to, origin = local(form.to), origin_of(request, DEVICE.read(request))
    try:
        entered = await entrance_of(request).sign_in(form.name, form.password, origin)
    except Problem as problem:
        return refused(_sign_in_page(request, to, problem, form.name), problem)
    return onward(request, entered, to)


@router.get("/step")
async def show_step(request: Request, to: ToQuery = None) -> Response:
    """What is still to be shown or chosen."""
    return await _step_page(request, local(to))


@router.post("/code")
async def show_code(request: Request, form: Annotated[CodeForm, Depends(PageForm(CodeForm))]) -> Response:
    """The second factor."""
    to = local(form.to)
    try:
        entered = await entrance_of(request).show_code(token_of(request), form.code)
    except Problem as problem:
        return await _again(request, to, problem)
    return onward(request, entered, to)


@router.post("/first-password")
async def change_first_password(
    request: Request, form: Annotated[FirstPasswordForm, Depends(PageForm(FirstPasswordForm))]
) -> Response:
    """A password of one's own."""
    to = local(form.to)
    if form.new_password != form.again:
        return await _step_page(request, to, words=PAGE["differ"], status=422)
    try:
        entered = await entrance_of(request).change_first(token_of(request), form.new_password)
    except Problem as problem:
        return await _again(request, to, problem)
    return onward(request, entered, to)


@router.post("/enrol")
async def enrol(request: Request, form: Annotated[CodeForm, Depends(PageForm(CodeForm))]) -> Response:
    """The first code of a second factor that the office asks for; then the recovery codes."""
    to = local(form.to)
    try:
        entered, codes = await entrance_of(request).enrol(token_of(request), form.code)
    except Problem as problem:
        return await _again(request, to, problem)
    onward = to if entered.step is Step.DONE else f"{MINE}/step?{urlencode({'to': to})}"
    response = page(request, "recovery.html", "recovery", codes=codes, onward=onward)
    return with_cookies(response, request, entered)


@router.get("/unit")
async def show_units(request: Request, to: ToQuery = None) -> Response:
    """For which unit one acts, to choose or to switch."""
    entrance = entrance_of(request)
    found = await session_row(request, entrance)
    if found is None or found.step not in (Step.UNIT, Step.DONE):
        return await _step_page(request, local(to))
    return await _unit_page(request, entrance, found, local(to))


@router.post("/unit")
async def choose_unit(request: Request, form: Annotated[UnitForm, Depends(PageForm(UnitForm))]) -> Response:
    """For this unit from now on."""
    to = local(form.to)
    try:
        entered = await entrance_of(request).go_on(token_of(request), form.unit_code)
    except Problem as problem:
        return await _again(request, to, problem)
    return onward(request, entered, to)


@router.get("/renew")
async def renew(request: Request, to: ToQuery = None) -> Response:
    """The next access token, and back to the page that asked for it; who has no session signs in."""
    where = local(to)
    try:
        entered = await entrance_of(request).go_on(token_of(request))
    except Unauthenticated as problem:
        return forget(_sign_in_page(request, where, problem), request)
    except Problem as problem:
        return refused(_sign_in_page(request, where, problem), problem)
    return onward(request, entered, where)


@router.post("/sign-out", dependencies=[Depends(own_form)])
async def sign_out(request: Request) -> Response:
    """End this session."""
    entrance = entrance_of(request)
    if (token := token_or_none(request)) is not None:
        await entrance.sign_out(token)
    response = forget(see_other(f"{MINE}/sign-in"), request)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


def _sign_in_page(request: Request, to: str, problem: Problem | None = None, name: str = "") -> Response:
    runtime = request.app.state.runtime
    return page(
        request,
        "sign_in.html",
        "sign_in",
        status=200 if problem is None else problem.status,
        problem=None if problem is None else said(problem),
        elsewhere=runtime.accounts is None,
        name=name,
        to=to,
    )


async def _again(request: Request, to: str, problem: Problem) -> Response:
    """The same step, with what was wrong; from the beginning when the session is over."""
    return refused(await _step_page(request, to, words=said(problem), status=problem.status), problem)


async def _step_page(request: Request, to: str, *, words: Words | None = None, status: int = 200) -> Response:
    entrance = entrance_of(request)
    row = await session_row(request, entrance)
    if row is None:
        return forget(see_other(f"{MINE}/sign-in?{urlencode({'to': to})}"), request)
    match row.step:
        case Step.DONE:
            return see_other(to)
        case Step.ENROL:
            secret = await entrance.propose(token_of(request))
            return secret_page(request, secret, f"{MINE}/enrol", to, words, demanded=True)
        case Step.UNIT:
            return await _unit_page(request, entrance, row, to, words)
        case Step.CODE:
            return page(request, "code.html", "second_factor", status=status, problem=words, to=to)
        case Step.PASSWORD:
            return page(
                request, "password.html", "own_password", status=status, problem=words, to=to, staff_id=row.staff_id
            )


async def _unit_page(
    request: Request, entrance: Entrance, row: StaffSession, to: str, words: Words | None = None
) -> Response:
    async with entrance.runtime.door_database.reading() as session:
        session.now = entrance.runtime.clock.now()
        offices = queries.offices_of(session, row.staff_id)
    status = 200 if words is None else 422
    return page(
        request,
        "unit.html",
        "which_unit",
        status=status,
        problem=words,
        offices=offices,
        unit_code=row.unit_code,
        to=to,
    )


def secret_page(
    request: Request, secret: Secret, action: str, to: str, words: Words | None, *, demanded: bool
) -> Response:
    groups = " ".join(secret.base32[at : at + 4] for at in range(0, len(secret.base32), 4))
    return page(
        request,
        "enrol.html",
        "enrol",
        status=200 if words is None else 422,
        problem=words,
        secret=secret,
        groups=groups,
        qr=picture(secret.uri),
        action=action,
        to=to,
        demanded=demanded,
    )
