"""The page on which a citizen answers (撤单确认页面). Looking at it changes nothing."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from libs.common.errors import Forbidden, NotFound
from libs.common.rules.machine import Refused
from libs.common.web.bodies import takes
from libs.common.web.forms import TakesForm
from libs.common.web.signed import LinkDoor, LinkSpent, OneTimeLink
from services.followup import rights
from services.followup.links import actions
from services.followup.links.api.html import page
from services.followup.links.queries import PURPOSE, Linked, asked_by
from services.followup.links.schemas import AnswerForm

pages = APIRouter(prefix="/withdrawal", include_in_schema=False)

_FORM = TakesForm(AnswerForm)


@dataclass(frozen=True, slots=True)
class Opened:
    """What a link opens, and what it asks."""

    door: LinkDoor
    linked: Linked


@dataclass(frozen=True, slots=True)
class Nothing:
    """What a link opens that was used, whose time is over, or whose maker may not ask any more."""


class PageOfLink(OneTimeLink):
    """As ``one_time_link``, for a page that says itself that a link opens nothing any more."""

    async def __call__(self, request: Request) -> Any:
        """Never None: that would have a token asked for."""
        try:
            door: LinkDoor = await super().__call__(request)
        except (LinkSpent, Forbidden):
            return Nothing()
        return Opened(door, Linked.of(door.about))

    def reads_body(self, found: Any) -> bool:
        """Not what comes by a link that opens nothing."""
        return not isinstance(found, Nothing)


@dataclass(frozen=True, slots=True)
class Answered(Opened):
    """With what the form says."""

    form: AnswerForm


class AnswerByLink(PageOfLink):
    """The same with the form. What a link that opens nothing sends is not read."""

    async def __call__(self, request: Request) -> Any:
        """See ``TakesForm``."""
        opened = await super().__call__(request)
        return opened if isinstance(opened, Nothing) else Answered(opened.door, opened.linked, await _FORM(request))


_OPENED = PageOfLink(PURPOSE, rights.RECORD_ATTEMPTS)
_ANSWERED = AnswerByLink(PURPOSE, rights.RECORD_ATTEMPTS)


@pages.get("/{link}")
async def show_question(opened: Annotated[Opened | Nothing, Depends(_OPENED)]) -> Response:
    """The question. It changes nothing: messengers open links before people do."""
    if isinstance(opened, Nothing):
        return _spent()
    door, linked = opened.door, opened.linked
    case = await door.read(lambda session: asked_by(session, door.scope, linked))
    if case is None:
        return _spent()
    return page("ask", case_no=case.case_no, case_title=case.title if case.confidential is False else None)


@pages.post("/{link}", dependencies=[takes(_FORM.kind)])
async def take_answer(answered: Annotated[Answered | Nothing, Depends(_ANSWERED)]) -> Response:
    """The citizen's answer, once."""
    if isinstance(answered, Nothing):
        return _spent()
    door, linked, takes_back = answered.door, answered.linked, answered.form.answer == "yes"
    try:
        after = await door.run(
            lambda session: actions.answer(session, door, linked, takes_back=takes_back), keys=[linked.callback_id]
        )
    except (NotFound, Refused):
        return _spent()
    if not takes_back:
        return page("goes_on")
    return page("waits" if after.closing is None else "withdrawn")


def _spent() -> Response:
    return page("spent", NotFound.status)
