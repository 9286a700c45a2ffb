"""What the process logs while a test looks, and everything put back afterwards."""

import io
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import orjson
import structlog

from libs.common import logs

Lines = Callable[[], list[dict[str, Any]]]


@contextmanager
def logged(level: str = "INFO", *, service: str | None = None) -> Iterator[Lines]:
    """Give the lines that were written so far, as often as asked."""
    root = logging.getLogger()
    handlers, root_level, configured = list(root.handlers), root.level, structlog.get_config()
    output = io.BytesIO()
    logs.configure_logs(level, service=service, stream=output)
    try:
        yield lambda: [orjson.loads(line) for line in output.getvalue().splitlines()]
    finally:
        structlog.configure(**configured)
        logging.captureWarnings(capture=False)
        root.handlers[:] = handlers
        root.setLevel(root_level)
        logs._output.clear()
