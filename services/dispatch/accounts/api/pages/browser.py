"""What a browser holds: a cookie with the session's token, and for the pages of all services the access token.

Neither is read by any interface for programs.
"""

import re
from urllib.parse import urlencode

from fastapi import Request, Response

from libs.common.errors import Problem
from libs.common.security.own_accounts import ACCESS_LASTS
from libs.common.web.cookies import ACCESS, SIGNED_IN, PageCookie
from services.dispatch.accounts.actions.entrance import MARK_LASTS, Entered, Entrance
from services.dispatch.accounts.actions.tokens import TOKEN_PATTERN, SessionToken
from services.dispatch.accounts.api.requests import entrance_of
from services.dispatch.accounts.domain.steps import Step
from services.dispatch.accounts.tables import StaffSession

TOKEN = re.compile(TOKEN_PATTERN)
SESSION = PageCookie("huiyin_session", "/dispatch/account")
DEVICE = PageCookie("huiyin_device", "/dispatch/account")
"""That somebody signed in here before: who guesses that name elsewhere does not make its owner wait."""
MINE = "/dispatch/account"


def token_or_none(request: Request) -> SessionToken | None:
    text = SESSION.read(request)
    return SessionToken(text) if text is not None and TOKEN.fullmatch(text) else None


def token_of(request: Request) -> SessionToken:
    """What the cookie holds; something that opens nothing where it holds none."""
    return token_or_none(request) or SessionToken.fresh()


async def session_row(request: Request, entrance: Entrance) -> StaffSession | None:
    token = token_or_none(request)
    found = None if token is None else await entrance.session_of(token)
    return None if found is None else found.row


async def signed_in(request: Request, entrance: Entrance) -> StaffSession | None:
    row = await session_row(request, entrance)
    return row if row is not None and row.step is Step.DONE else None


def see_other(where: str) -> Response:
    return Response(status_code=303, headers={"Location": where})


def onward(request: Request, entered: Entered, to: str) -> Response:
    where = to if entered.step is Step.DONE else f"{MINE}/step?{urlencode({'to': to})}"
    return with_cookies(see_other(where), request, entered)


def with_cookies(response: Response, request: Request, entered: Entered) -> Response:
    lasts = entered.ends_at - entrance_of(request).now
    if entered.token is not None:
        SESSION.put(response, request, entered.token.text, lasts)
    if entered.access is not None:
        ACCESS.put(response, request, entered.access, ACCESS_LASTS)
        SIGNED_IN.put(response, request, "1", lasts)
    if entered.mark is not None:
        DEVICE.put(response, request, entered.mark, MARK_LASTS)
    return response


def forget(response: Response, request: Request) -> Response:
    for cookie in (SESSION, ACCESS, SIGNED_IN):
        cookie.drop(response, request)
    return response


def refused(response: Response, problem: Problem) -> Response:
    response.headers.update(problem.headers)
    return response
