"""What the commands share: options, settings, and how an error is told."""

import json
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from libs.common.bus.port import BusTrouble
from libs.common.database.session import DatabaseTrouble
from libs.common.errors import Problem
from libs.common.run import event_loop
from libs.common.security.keyfile import DamagedKeyFile, InsecureKeyFile
from libs.common.service import settings as environment
from libs.common.service.settings import CommonSettings, WrongSetting
from libs.programs.postgres.cluster import PostgresUnavailable

DataDir = Annotated[
    Path | None,
    typer.Option(
        "--data-dir", help="Where the embedded database and the keys are. Default: HUIYIN_DATA_DIR or .huiyin"
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one line of JSON, for programs.")]


def load_settings(**changes: object) -> CommonSettings:
    """The environment's settings with what the options say; a setting that is wrong is told by its name."""
    try:
        given = {name: value for name, value in changes.items() if value is not None}
        return environment.load_settings(CommonSettings, **given)
    except WrongSetting as error:
        fail(str(error))


def fail(message: str, status: int = 2) -> NoReturn:
    """End with a sentence that says what to do."""
    print(f"huiyin: {message}", file=sys.stderr)  # noqa: T201 - this is a command
    raise typer.Exit(status)


def say(text: str) -> None:
    """A line for the user."""
    print(text)  # noqa: T201 - this is a command


def say_json(value: object) -> None:
    """One line of JSON on standard output."""
    print(json.dumps(value, ensure_ascii=False, default=str))  # noqa: T201 - this is a command


def run_async(work: Coroutine[Any, Any, int]) -> None:
    """Run a command's work; its result is the exit status, and known errors become a sentence."""
    try:
        status = event_loop.run(work)
    except (PostgresUnavailable, InsecureKeyFile, DamagedKeyFile) as error:
        fail(str(error))
    except DatabaseTrouble as error:
        fail(f"the database does not answer: {error}. Is HUIYIN_DATABASE_URL right, and is it running?")
    except BusTrouble as error:
        fail(f"the bus does not answer: {error}. Is HUIYIN_KAFKA_BOOTSTRAP right, and is the broker running?")
    except Problem as error:
        details = "; ".join(f"{field.field}: {field.message}" for field in error.fields)
        fail(f"{error.title}. {error.detail} {details}".strip())
    except KeyboardInterrupt:
        status = 130
    if status:
        raise typer.Exit(status)
