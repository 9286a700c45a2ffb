"""``/visits``: the shells of the pages, their scripts, and the service worker by which the phone's works offline.

Everybody may have them: there is nothing of anybody in them. What they show they ask of the interface, as whoever
signed in.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from fastapi import APIRouter, Response

from libs.common.errors import NotFound
from libs.common.web.frame import OWN_SCRIPTS, Frame
from services.intake.pages.labels import PAGE

_AT = "/intake/visits"
_ROOM = Path(__file__).parent
_WORKER, _MANIFEST = "sw.js", "manifest.json"
_TYPES: Mapping[str, str] = {
    ".js": "text/javascript",
    ".json": "application/manifest+json",
    ".svg": "image/svg+xml",
}
_FILES: Mapping[str, bytes] = {
    path.name: path.read_bytes() for path in sorted((_ROOM / "scripts").iterdir()) if path.suffix in _TYPES
}
_FRAME = Frame(_ROOM / "templates", may=OWN_SCRIPTS)

router = APIRouter(prefix="/visits", include_in_schema=False)


def _shell(script: str, title: str) -> Response:
    return _FRAME.page("shell.html", PAGE[title], script=script, w=PAGE)


def _worker() -> bytes:
    """Names all that a phone keeps, by a version that is another one as soon as any of it is."""
    kept = [_AT, *(f"{_AT}/{name}" for name in _FILES if name not in (_WORKER, "overview.js"))]
    page = bytes(_shell("app.js", "phone").body)
    version = hashlib.sha256(b"".join([page, *_FILES.values()])).hexdigest()[:16]
    files = ", ".join(f'"{path}"' for path in kept)
    return f'const VERSION = "{version}";\nconst FILES = [{files}];\n'.encode() + _FILES[_WORKER]


_SENT = {**_FILES, _WORKER: _worker()}


@router.get("")
async def phone_page() -> Response:
    """The phone's page (手机走访)."""
    return _shell("app.js", "phone")


@router.get("/overview")
async def overview_page() -> Response:
    """The page of whoever oversees visits (走访督导)."""
    return _shell("overview.js", "overview")


@router.get("/{name}")
async def page_file(name: str) -> Response:
    """A script of the pages, the manifest, the icon, or the service worker."""
    if name not in _SENT:
        raise NotFound
    headers = {"Content-Security-Policy": "default-src 'none'; connect-src 'self'; frame-ancestors 'none'"}
    if name == _WORKER:
        headers["Service-Worker-Allowed"] = _AT
    return Response(_SENT[name], headers=headers, media_type=_TYPES[Path(name).suffix])
