"""The command `huiyin`, as a program of its own."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE
from dataclasses import dataclass
from typing import Any

_HUIYIN = "from huiyin.cli import app; app()"


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended."""

    status: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """What it said with --json."""
        return json.loads(self.out)


async def run(*arguments: str, **environment: str) -> Ran:
    """With these arguments, in this environment beside that of the tests."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _HUIYIN, *arguments, stdout=PIPE, stderr=PIPE, env={**os.environ, **environment}
    )
    out, err = await process.communicate()
    return Ran(process.returncode or 0, out.decode(), err.decode())
