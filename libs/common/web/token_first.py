"""Who may not come in sends nothing: a guarded route knows the token before it reads a body.

The short way (``direct``) does so by itself. FastAPI's own way reads a body before it solves the dependencies, so the
token is asked for ahead of it; what was found is remembered in the scope, and not looked for again.
"""

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.types import Receive, Scope, Send

from libs.common.errors import Unauthenticated
from libs.common.web.body_guard import WITH_BODY, read_body
from libs.common.web.route_rights import needs_of


def ask_for_token_first(route: APIRoute) -> None:
    """Have the token and the right known before FastAPI reads the body of a request to this route."""
    needs = next(needs_of(route), None)
    if needs is None or not WITH_BODY & set(route.methods or ()):
        return
    inner = route.app

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        # A page may open for nobody and ask for a token itself; whoever sends something has one.
        found = await needs(Request(scope, receive, send))
        if found is None:
            raise Unauthenticated
        if needs.reads_body(found):
            await read_body(scope)
        await inner(scope, receive, send)

    route.app = serve
