"""Who comes without a token of its own: an outside system whose webhook is signed, a browser with a one-time link.

    async def take_order(body: Order, door: Annotated[Door, signed_by("source", Right.CASE_REGISTER)]) -> Response:
        return await door.write(action, door.principal.token_id)                    # the webhook-id, answered once

    async def download(door: Annotated[LinkDoor, one_time_link("download", Right.ATTACHMENT_READ)]) -> Response:
        await door.use()                                                            # when the answer is in hand

Both are asked for a right as everybody is: the first carries those of an outside system in its own area, the second
those of whoever made the link.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

from fastapi import Depends, Path, Request

from libs.common.database.session import Session
from libs.common.errors import NotFound
from libs.common.security.principal import Principal, Role
from libs.common.security.right import Right
from libs.common.service.runtime import Runtime
from libs.common.web.body_guard import read_body
from libs.common.web.door import Door, Needs

SIGNATURE, LINK = "signature", "link"
LinkText = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{50}$", description="As it was given")]
WEBHOOK_HEADERS: Mapping[str, str] = {
    "webhook-id": "The message; sent again with the same id, it gets the first answer again; kept for 48 h",
    "webhook-timestamp": "Unix seconds, at most 5 minutes from now",
    "webhook-signature": "`v1,` and base64 of the HMAC-SHA256 of `id.timestamp.body`; several by blanks",
}
_MAKE = """
    INSERT INTO one_time_link (name, purpose, about, subject, roles, area_code, unit_code, token_id, staff_id,
                               made_at, ends_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
"""
_FIND = """
    SELECT about, subject, roles, area_code, unit_code, token_id, staff_id FROM one_time_link
    WHERE name = $1 AND purpose = $2 AND used_at IS NULL
"""
_USE = "UPDATE one_time_link SET used_at = $2 WHERE name = $1 AND used_at IS NULL RETURNING 1"


class LinkSpent(NotFound):
    """The link was used, has ended, or is none of ours."""

    type = "link-spent"
    title, title_zh = "This link was used, or has ended", "链接已使用或已失效"


@dataclass(frozen=True, slots=True)
class _Opened:
    name: str
    about: str


class LinkDoor(Door):
    """The door of whoever made the link, for whoever has it."""

    def __init__(self, request: Request, runtime: Runtime, principal: Principal, right: Right, link: _Opened) -> None:
        super().__init__(request, runtime, principal, right)
        self._link = link

    @property
    def about(self) -> str:
        """What the link was made for."""
        return self._link.about

    async def use(self) -> None:
        """From here on nobody else may. LinkSpent when somebody was faster."""
        name = self._link.name

        async def act(session: Session) -> bool:
            return bool(await session.fetch(_USE, name, session.now))

        if not await self.run(act):
            raise LinkSpent

    async def use_in(self, session: Session) -> None:
        """The same within what is done by it: both, or neither."""
        if not await session.fetch(_USE, self._link.name, session.now):
            raise LinkSpent


class SignedBy(Needs):
    """The dependency behind ``signed_by``."""

    proof = SIGNATURE

    def __init__(self, parameter: str, right: Right) -> None:
        super().__init__(right)
        self._parameter = parameter

    async def who(self, request: Request, runtime: Runtime) -> Principal:
        """The outside system that the path names, once its headers are right, then its body."""
        claimed = runtime.webhooks.claimed(request.path_params[self._parameter], request.headers)
        return claimed.check(await read_body(request.scope))


class OneTimeLink(Needs):
    """The dependency behind ``one_time_link``."""

    proof = LINK

    def __init__(self, purpose: str, right: Right) -> None:
        super().__init__(right)
        self.purpose = purpose

    async def __call__(self, request: Request) -> Any:
        """The door of whoever made the link that the path holds; LinkSpent when it opens nothing."""
        runtime: Runtime = request.app.state.runtime
        link, now = request.path_params[LINK], runtime.clock.now()
        name = runtime.fingerprints.links.name(self.purpose, link, now)
        if name is None:
            raise LinkSpent
        async with runtime.door_database.reading(patience=runtime.commit.patience) as session:
            rows = await session.fetch(_FIND, name, self.purpose)
        if not rows:
            raise LinkSpent
        row = rows[0]
        roles = frozenset(map(Role, row.roles))
        maker = Principal(row.subject, roles, row.area_code, row.unit_code, row.token_id, row.staff_id)
        return LinkDoor(request, runtime, maker, self.right, _Opened(name, row.about))


def signed_by(parameter: str, right: Right) -> Any:
    """``door: Annotated[Door, signed_by("source", Right.CASE_REGISTER)]``: the path's ``{source}`` signed it."""
    return Depends(SignedBy(parameter, right))


def one_time_link(purpose: str, right: Right) -> Any:
    """``door: Annotated[LinkDoor, one_time_link("download", right)]``, on a path that ends with ``{link}``."""
    return Depends(OneTimeLink(purpose, right))


async def make_link(session: Session, door: Door, purpose: str, about: str, lasts: timedelta) -> str:
    """A link that opens ``about`` once, with the rights that the caller has now, and for as long as it ``lasts``."""
    who, links, until = door.principal, door.runtime.fingerprints.links, session.now + lasts
    link = links.make(purpose, until)
    await session.fetch(
        _MAKE, links.name(purpose, link, session.now), purpose, about, who.subject, sorted(who.roles), who.area_code,
        who.unit_code, who.token_id, who.staff_id, session.now, until,
    )  # fmt: skip
    return link
