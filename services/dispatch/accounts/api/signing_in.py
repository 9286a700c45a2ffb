"""Signing in for programs (登录接口), and the public keys by which every service checks what is signed here.

Nobody who signs in has a token yet: these routes ask for no right. What each takes is small, and tries are counted.
"""

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from services.dispatch.accounts.actions.tokens import SessionToken
from services.dispatch.accounts.api.requests import answer, entered_out, entrance_of, origin_of
from services.dispatch.accounts.schemas import (
    ChangeFirst,
    EnrolledOut,
    EnteredOut,
    GoOn,
    NameAndPassword,
    SecretOut,
    ShowCode,
    ShowToken,
)

router = APIRouter(prefix="/v1/accounts", tags=["sign-in 登录"], responses={401: {}, 403: {}, 429: {}})


@router.post("/sign-in", response_model=EnteredOut)
async def sign_in(body: NameAndPassword, request: Request) -> Response:
    """Sign in with a staff number or a phone. 429 with Retry-After after too many wrong passwords.

    The answer is the same for an unknown name and a wrong password. `step` says what comes next.
    """
    return answer(entered_out(await entrance_of(request).sign_in(body.name, body.password, origin_of(request))))


@router.post("/sign-in/code", response_model=EnteredOut)
async def show_code(body: ShowCode, request: Request) -> Response:
    """At step `code`: the six digits of the app, or a recovery code. Each is good once."""
    return answer(entered_out(await entrance_of(request).show_code(SessionToken(body.session_token), body.code)))


@router.post("/sign-in/password", response_model=EnteredOut)
async def change_first_password(body: ChangeFirst, request: Request) -> Response:
    """At step `password`: one's own in place of the first one."""
    token = SessionToken(body.session_token)
    return answer(entered_out(await entrance_of(request).change_first(token, body.new_password)))


@router.post("/sign-in/second-factor", response_model=SecretOut)
async def propose_at_sign_in(body: ShowToken, request: Request) -> Response:
    """At step `enrol`: a secret for an app. The office asks for a second factor."""
    secret = await entrance_of(request).propose(SessionToken(body.session_token))
    return Response(SecretOut(secret=secret.base32, uri=secret.uri).model_dump_json(), media_type="application/json")


@router.post("/sign-in/second-factor/confirm", response_model=EnrolledOut)
async def confirm_at_sign_in(body: ShowCode, request: Request) -> Response:
    """At step `enrol`: a code of that secret. Answers the recovery codes, once."""
    entered, codes = await entrance_of(request).enrol(SessionToken(body.session_token), body.code)
    out = EnrolledOut(recovery_codes=codes, entered=entered_out(entered))
    return Response(out.model_dump_json(), media_type="application/json")


@router.post("/token", response_model=EnteredOut)
async def renew(body: GoOn, request: Request) -> Response:
    """Renew (续期), or at step `unit` choose: the session's next token, and an access token of the posts in office now.

    A session token that was used before ends the session: two have it.
    """
    return answer(entered_out(await entrance_of(request).go_on(SessionToken(body.session_token), body.unit_code)))


@router.post("/sign-out", status_code=204)
async def sign_out(body: ShowToken, request: Request) -> Response:
    """End the session of this token. 204 as well when it had ended before."""
    await entrance_of(request).sign_out(SessionToken(body.session_token))
    return Response(status_code=204)


@router.get("/jwks.json")
async def publish_keys(request: Request) -> Response:
    """The public keys of own accounts as a JWK set (公钥), for HUIYIN_JWKS_URL of the other services."""
    return JSONResponse(entrance_of(request).accounts.issuer.jwks())
