"""``/visits``: the shells of the pages, their scripts, and the service worker by which the phone's works offline."""

import hashlib
from pathlib import Path

from fastapi import APIRouter, Response

from libs.common.web.scripted import ScriptedPages
from services.intake.pages.labels import OVERVIEW, PHONE

_AT = "/intake/visits"
_WORKER = "sw.js"
_NOT_OF_THE_PHONE = (_WORKER, "overview.js", "office.js")
_PAGES = ScriptedPages(Path(__file__).parent, _AT)

router = APIRouter(prefix="/visits", include_in_schema=False)


def _phone() -> Response:
    return _PAGES.shell("app.js", PHONE)


def _worker() -> bytes:
    """Names all that a phone keeps, by a version that is another one as soon as any of it is."""
    kept = [_AT, *(f"{_AT}/{name}" for name in _PAGES.files if name not in _NOT_OF_THE_PHONE)]
    version = hashlib.sha256(b"".join([bytes(_phone().body), *_PAGES.files.values()])).hexdigest()[:16]
    files = ", ".join(f'"{path}"' for path in kept)
    return f'const VERSION = "{version}";\nconst FILES = [{files}];\n'.encode() + _PAGES.files[_WORKER]


_WHOLE_WORKER = _worker()


@router.get("")
async def phone_page() -> Response:
    """The phone's page (手机走访)."""
    return _phone()


@router.get("/overview")
async def overview_page() -> Response:
    """The page of whoever oversees visits (走访督导)."""
    return _PAGES.shell("overview.js", OVERVIEW)


@router.get("/{name}")
async def page_file(name: str) -> Response:
    """A script of the pages, the manifest, the icon, or the service worker."""
    if name == _WORKER:
        return _PAGES.file(name, _WHOLE_WORKER, Service_Worker_Allowed=_AT)
    return _PAGES.file(name)
