"""What a request says of where it comes from, and what is answered to whoever got further."""

from fastapi import Request, Response

from libs.common.security.own_accounts import ACCESS_LASTS
from libs.common.service.runtime import Runtime
from services.dispatch.accounts.actions.entrance import Entered, Entrance
from services.dispatch.accounts.actions.origins import Origin
from services.dispatch.accounts.queries import Office
from services.dispatch.accounts.schemas import EnteredOut, OfficeOut


def entrance_of(request: Request) -> Entrance:
    """The entrance of this process. AccountsElsewhere when it has none."""
    runtime: Runtime = request.app.state.runtime
    return Entrance.of(runtime)


def origin_of(request: Request, mark: str | None = None) -> Origin:
    """Where it comes from; behind a proxy that is believed, what the proxy says (FORWARDED_ALLOW_IPS)."""
    address = request.client.host if request.client is not None else ""
    return Origin(address, request.headers.get("user-agent", "")[:400], mark)


def entered_out(entered: Entered) -> EnteredOut:
    """As a program is told."""
    return EnteredOut(
        step=entered.step,
        staff_id=entered.staff_id,
        session_id=entered.session_id,
        unit_code=entered.unit_code,
        units=tuple(map(office_out, entered.offices)),
        session_token=None if entered.token is None else entered.token.text,
        session_ends_at=entered.ends_at,
        access_token=entered.access,
        expires_in=None if entered.access is None else int(ACCESS_LASTS.total_seconds()),
    )


def office_out(office: Office) -> OfficeOut:
    """A unit to choose."""
    return OfficeOut(unit_code=office.unit_code, name=office.unit_name, roles=tuple(sorted(office.roles)))


def answer(model: EnteredOut) -> Response:
    """As JSON."""
    return Response(model.model_dump_json(), media_type="application/json")


def session_id_of(token_id: str) -> str:
    """The session whose access token it is, by the token's ``jti``."""
    return token_id.partition(".")[0]
