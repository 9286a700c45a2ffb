"""The page of a link as HTML; kept nowhere."""

from pathlib import Path

from fastapi import Response

from libs.common.web.frame import Frame
from services.followup.links.labels import PAGE

_FRAME = Frame(
    Path(__file__).parents[1] / "templates",
    # The address is the secret: no page behind it hears of it, and no copy stays.
    Referrer_Policy="no-referrer",
    Cache_Control="no-store",
    X_Robots_Tag="noindex",
)


def page(name: str, status: int = 200, *, case_no: str = "", case_title: str | None = None) -> Response:
    """The page of this name in ``PAGE``; the one that asks names the case."""
    return _FRAME.page("page.html", PAGE[name], status, w=PAGE, name=name, case_no=case_no, case_title=case_title)
