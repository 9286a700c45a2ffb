"""Pages for people as HTML (网页): Chinese first, English beside it, nothing from elsewhere, no script but our own."""

import base64
import hashlib
from pathlib import Path
from typing import Any

from fastapi import Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

Words = tuple[str, str]
"""The same in Chinese and in English."""

TAGLINE: Words = ("事事有回音、件件有着落", "Every matter gets an answer")
_SHARED = Path(__file__).with_name("templates")


def both(words: Words) -> Markup:
    """Chinese, and English smaller beside it."""
    return Markup('{} <span lang="en">{}</span>').format(*words)


OWN_SCRIPTS = (
    "script-src 'self'; connect-src 'self'; img-src 'self' blob:; manifest-src 'self'; worker-src 'self'; "
    "form-action 'none'; base-uri 'none'"
)
"""What a page may do that works by scripts: its own, from this house, none that stands in the page itself."""
_NO_SCRIPTS = "form-action 'self'; base-uri 'none'"


class Frame:
    """What all pages of a matter stand in: ``folder`` has their templates and what looks different, ``page.css``.

    ``may`` is what their policy lets them do beside showing themselves; ``beside`` are shared sheets that stand between
    the one of all pages and their own.
    """

    def __init__(self, folder: Path, *, may: str = _NO_SCRIPTS, beside: tuple[str, ...] = (), **headers: str) -> None:
        sheets = (*(_SHARED / name for name in ("frame.css", *beside)), folder / "page.css")
        self._css = "".join(sheet.read_text(encoding="utf-8") for sheet in sheets)
        digest = base64.b64encode(hashlib.sha256(self._css.encode()).digest()).decode()
        policy = f"default-src 'none'; style-src 'sha256-{digest}'; {may}; frame-ancestors 'none'"
        self._headers = {
            "Content-Security-Policy": policy,
            "Content-Language": "zh-CN",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        self._templates = Environment(
            loader=FileSystemLoader([folder, _SHARED]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals.update(both=both, tagline=TAGLINE)

    def page(self, template: str, title: Words, status: int = 200, **values: Any) -> Response:
        """The HTML of a template."""
        css = Markup(self._css)  # noqa: S704 - our own files
        text = self._templates.get_template(template).render(**values, title=title, css=css)
        return Response(text, status, self._headers, media_type="text/html")
