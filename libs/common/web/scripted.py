"""Pages that work by scripts (脚本页面): their shells, and the files behind them, some of which all such pages share.

Everybody may have them: there is nothing of anybody in them. What they show they ask of the interface, as whoever
signed in. Files are plain modules under one address, so that a shared one finds the words of the page it works in.
"""

from collections.abc import Mapping
from pathlib import Path

from fastapi import Response

from libs.common.errors import NotFound
from libs.common.web.frame import OWN_SCRIPTS, Frame, Words

_SHARED = Path(__file__).with_name("scripts")
_TYPES: Mapping[str, str] = {
    ".js": "text/javascript",
    ".json": "application/manifest+json",
    ".svg": "image/svg+xml",
}
_POLICY = "default-src 'none'; connect-src 'self'; frame-ancestors 'none'"
_SCRIPT_NEEDED: Words = ("本页面需要启用 JavaScript", "This page needs JavaScript")


class ScriptedPages:
    """Those of a matter: ``folder`` has their ``scripts`` and ``templates``; ``at`` is their address."""

    def __init__(self, folder: Path, at: str) -> None:
        self._at = at
        self._frame = Frame(folder / "templates", may=OWN_SCRIPTS, beside=("scripted.css",))
        self.files: Mapping[str, bytes] = {
            path.name: path.read_bytes()
            for scripts in (_SHARED, folder / "scripts")
            for path in sorted(scripts.iterdir())
            if path.suffix in _TYPES
        }
        """What is behind the shells, by name."""

    def shell(self, script: str, title: Words) -> Response:
        """The page that this script fills."""
        manifest = "manifest.json" in self.files
        return self._frame.page(
            "shell.html", title, at=self._at, script=script, manifest=manifest, script_needed=_SCRIPT_NEEDED
        )

    def file(self, name: str, content: bytes | None = None, **headers: str) -> Response:
        """One of the files, with ``content`` in place of its own; NotFound when there is none of this name."""
        if name not in self.files:
            raise NotFound
        told = {"Content-Security-Policy": _POLICY, **{key.replace("_", "-"): value for key, value in headers.items()}}
        return Response(content or self.files[name], headers=told, media_type=_TYPES[Path(name).suffix])
