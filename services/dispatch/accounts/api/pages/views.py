"""The pages of accounts as HTML (登录页面): Chinese first, English beside it, no script, nothing from elsewhere."""

import re
from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import segno
from fastapi import Request, Response
from markupsafe import Markup

from libs.common.errors import Forbidden, Problem
from libs.common.security.principal import Role
from libs.common.service.runtime import Runtime
from libs.common.web.frame import Frame, Words, both
from services.dispatch.accounts.labels import PAGE, ROLES

_FRAME = Frame(
    Path(__file__).parents[2] / "templates",
    # Else a browser says Origin: null of our own forms, and nobody could tell them from those of another site.
    Referrer_Policy="same-origin",
)
_LOCAL = re.compile(r"/[a-z][a-z0-9-]*(/[A-Za-z0-9._~-]+)*(\?[!-\[\]-~]*)?", re.ASCII)
LONGEST_TO = 2_000
COUNTY_PAGE = "/analytics/county"


def local(to: str | None) -> str:
    """Where somebody wanted to go, if that is a page of this house; else the county page."""
    good = to is not None and len(to) <= LONGEST_TO and _LOCAL.fullmatch(to) and "/.." not in to
    return to if good and to is not None else COUNTY_PAGE


def refuse_other_sites(request: Request) -> None:
    """Forbidden for a form that a page of another site sends: it would act, or sign in, as somebody else."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    own = (f"http://{request.headers.get('host')}", f"https://{request.headers.get('host')}")
    foreign = origin is not None and origin not in own if site is None else site not in ("same-origin", "none")
    if foreign:
        raise Forbidden("This form belongs to another site", "表单来自其他站点")


def page(
    request: Request, template: str, title: str, *, status: int = 200, problem: Words | None = None, **values: Any
) -> Response:
    """The HTML of a template."""
    zone = _zone(request)
    return _FRAME.page(
        template,
        PAGE[title],
        status,
        **values,
        w=PAGE,
        problem=problem,
        roles=_roles,
        moment=lambda moment: moment.astimezone(zone).strftime("%Y-%m-%d %H:%M"),
    )


def picture(uri: str) -> Markup:
    """A QR code (二维码) of it."""
    return Markup(segno.make_qr(uri).svg_inline(scale=4, border=0))  # noqa: S704 - made of squares


def said(problem: Problem) -> Words:
    """What a person is told of a problem."""
    field = next(iter(problem.fields), None)
    if field is not None:
        chinese, english = PAGE.get(field.field, ("", field.field))
        return f"{chinese}{field.message_zh}", f"{english} {field.message}"
    chinese = f"{problem.title_zh}。{problem.detail_zh}" if problem.detail_zh else problem.title_zh
    return chinese, f"{problem.title}. {problem.detail}" if problem.detail else problem.title


def _roles(roles: Collection[Role]) -> Markup:
    words = [ROLES[role] for role in sorted(roles)]
    chinese, english = "、".join(word for word, _ in words), ", ".join(word for _, word in words)
    return both((chinese, english))


def _zone(request: Request) -> ZoneInfo:
    runtime: Runtime = request.app.state.runtime
    now: datetime = runtime.clock.now()
    packs = runtime.door_database.packs
    return packs.current(now).directory.period_rules().time_zone if packs.usable else ZoneInfo("Asia/Shanghai")
