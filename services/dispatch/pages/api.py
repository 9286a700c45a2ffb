"""``/units``: the shell of the units' pages and its scripts, with nothing of anybody in them."""

from pathlib import Path

from fastapi import APIRouter, Response

from libs.common.web.scripted import ScriptedPages
from services.dispatch.pages.labels import UNITS

_PAGES = ScriptedPages(Path(__file__).parent, "/dispatch/units")

router = APIRouter(prefix="/units", include_in_schema=False)


@router.get("")
async def units_page() -> Response:
    """The units' pages (单位办理), one shell for all of them."""
    return _PAGES.shell("app.js", UNITS)


@router.get("/{name}")
async def units_file(name: str) -> Response:
    """A script of the pages, or the icon."""
    return _PAGES.file(name)
