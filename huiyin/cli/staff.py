"""``huiyin staff``: take people into the register from a table, of a running system or of the data directory."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from huiyin.cli.common import AsJson, DataDir, fail, load_settings, run_async, say, say_json
from huiyin.cli.parked import call
from huiyin.house import open_house
from huiyin.staff import import_people
from libs.common.logs import configure_logs
from libs.common.service.settings import CommonSettings
from libs.common.sheets import UnreadableSheet

app = typer.Typer(help="The register of people (人员名册): who holds which post.", no_args_is_help=True)


@app.callback()
def staff() -> None:
    """Keep `import` a command of its own, also while it is the only one."""


@app.command("import")
def import_table(
    file: Annotated[Path, typer.Argument(help="XLSX, or CSV in UTF-8 or GBK; the first row holds the headings.")],
    url: Annotated[
        str | None, typer.Option(envvar="HUIYIN_URL", help="A running system. Default: the data dir.")
    ] = None,
    token: Annotated[str | None, typer.Option(envvar="TOKEN", help="With --url: a token with the role admin.")] = None,
    data_dir: DataDir = None,
    preview: Annotated[  # noqa: FBT002 - an option of a command
        bool, typer.Option("--preview", help="Only tell what it would come to; nothing changes.")
    ] = False,
    only_good: Annotated[  # noqa: FBT002 - an option of a command
        bool, typer.Option("--only-good", help="Take the rows that are good and leave the others.")
    ] = False,
    as_json: AsJson = False,  # noqa: FBT002 - an option of a command
) -> None:
    """Take a table of people: all of its rows or none, unless told otherwise. The same table again changes nothing."""
    try:
        content = file.read_bytes()
    except OSError as error:
        fail(f"{file} cannot be read ({error.strerror})")
    if url is not None:
        if token is None:
            fail("--url needs --token (or TOKEN): an access token with the role admin")
        address = f"{url}/dispatch/v1/staff/import"
        answer = call("POST", f"{address}?preview=true", token, content=content)
        if _goes_on(answer, preview=preview, only_good=only_good):
            answer = call("POST", f"{address}?only_good={str(only_good).lower()}", token, content=content)
    else:
        settings = load_settings(data_dir=data_dir)
        configure_logs("WARNING", stream=sys.stderr.buffer)
        found: list[dict[str, Any]] = []
        run_async(_import(settings, content, found, preview=preview, only_good=only_good))
        answer = found[-1]
    _tell(file, answer, preview=preview, as_json=as_json)


async def _import(
    settings: CommonSettings, content: bytes, found: list[dict[str, Any]], *, preview: bool, only_good: bool
) -> int:
    async with open_house(settings, working=not preview) as house:
        try:
            told = await import_people(house, content, preview=True, only_good=only_good)
        except UnreadableSheet as error:
            fail(f"the file {error}")
        found.append(told.model_dump(mode="json"))
        if _goes_on(found[-1], preview=preview, only_good=only_good):
            taken = await import_people(house, content, preview=False, only_good=only_good)
            found.append(taken.model_dump(mode="json"))
            await house.settle()
    return 0


def _goes_on(answer: dict[str, Any], *, preview: bool, only_good: bool) -> bool:
    return not preview and (only_good or not answer["bad"])


def _tell(file: Path, answer: dict[str, Any], *, preview: bool, as_json: bool) -> None:
    if as_json:
        say_json(answer)
    else:
        for cell in answer["bad"]:
            say(f"{file.name}:{cell['line']} {cell['column']}: {cell['message']} {cell['message_zh']}")
            say(f"  mend: {cell['mend']} {cell['mend_zh']}")
        counts = f"{answer['rows']} rows: {answer['entered']} people new, {answer['changed']} changed"
        bad = f", {answer['bad_rows']} rows bad" if answer["bad_rows"] else ""
        ended = "taken." if answer["taken"] else "nothing changed." if preview else "nothing was taken."
        say(f"{counts}{bad}; {ended}")
    if answer["bad"]:
        raise typer.Exit(1)
