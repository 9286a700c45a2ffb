"""The forms of the pages of accounts. What another site sends is refused before it is read."""

from typing import Annotated, Any

from fastapi import Query, Request
from pydantic import Field

from libs.common.web.fields import RequestBody, UnitCode
from libs.common.web.forms import TakesForm
from services.dispatch.accounts.api.pages.views import LONGEST_TO, refuse_other_sites
from services.dispatch.accounts.schemas import Code, Name, Password, SessionId

To = Annotated[str, Field(max_length=LONGEST_TO)]
ToQuery = Annotated[str | None, Query(max_length=LONGEST_TO)]


class SignInForm(RequestBody):
    """Who, the password, and where one wanted to go."""

    name: Name
    password: Password
    to: To = ""


class CodeForm(RequestBody):
    """A code of the second factor."""

    code: Code
    to: To = ""


class FirstPasswordForm(RequestBody):
    """A password of one's own, twice; the name is there for the browser's own store of passwords."""

    name: str = ""
    new_password: Password
    again: Password
    to: To = ""


class UnitForm(RequestBody):
    """For which unit one acts from now on."""

    unit_code: UnitCode
    to: To = ""


class EndForm(RequestBody):
    """Which session; all of them without one."""

    session_id: SessionId | None = None


class PasswordForm(FirstPasswordForm):
    """The old password beside."""

    old_password: Password


class PageForm(TakesForm[Any]):
    """A form of our own pages: what another site sends is refused before it is read."""

    async def __call__(self, request: Request) -> Any:
        """See ``TakesForm``; Forbidden."""
        refuse_other_sites(request)
        return await super().__call__(request)


async def own_form(request: Request) -> None:
    """For a button that sends nothing else. Forbidden when it is another site's."""
    refuse_other_sites(request)
