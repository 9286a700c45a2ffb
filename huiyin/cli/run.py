"""``huiyin run``: the whole system in one process."""

import asyncio
import errno
import socket
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from huiyin.accounts import AccountBook, Sample, sample_accounts
from huiyin.audit.anchors.nightly import nightly_anchors
from huiyin.audit.anchors.setting_up import anchoring_of
from huiyin.audit.anchors.taking import Anchoring
from huiyin.audit.nightly import nightly_audit
from huiyin.cli.common import DataDir, fail, load_settings, run_async, say
from huiyin.cli.token import TRIAL_ROLES
from huiyin.front import build_front
from huiyin.house import House, open_house
from huiyin.packs import publish_first_pack
from huiyin.staff import import_first_people
from libs.common.errors import Invalid
from libs.common.host.process import begin, serve
from libs.common.run.supervise import stop
from libs.common.service.settings import ClockKind, CommonSettings, WrongSetting
from libs.common.sheets import UnreadableSheet
from services.dispatch.accounts.labels import ROLES

DEMO_PACK = Path(__file__).parents[2] / "packs" / "demo"


def run(
    host: Annotated[str | None, typer.Option(help="Address to listen on. Default: HUIYIN_HOST or 127.0.0.1")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on. Default: HUIYIN_PORT or 8600")] = None,
    data_dir: DataDir = None,
    pack: Annotated[Path, typer.Option(help="County pack to load when none is loaded yet.")] = DEMO_PACK,
    clock: Annotated[
        ClockKind | None, typer.Option(help="What makes time pass. Default: HUIYIN_CLOCK or system")
    ] = None,
    clock_start: Annotated[str | None, typer.Option(help="Where simulated time begins, RFC 3339. Default: now")] = None,
) -> None:
    """Run all of Huiyin in one process, on an embedded PostgreSQL and an embedded bus unless told otherwise.

    Data are kept in the data directory between starts. Ctrl-C stops it.
    """
    settings = load_settings(host=host, port=port, data_dir=data_dir, clock=clock)
    start = _moment(clock_start)
    begin(settings)
    _check_port(settings.host, settings.port)
    people = pack / "staff.csv"
    run_async(_run(settings, pack, start, people.read_bytes() if people.is_file() else None))


async def _run(settings: CommonSettings, pack: Path, start: datetime | None, people: bytes | None) -> int:
    anchoring = _anchoring(settings)
    async with open_house(settings, simulated_start=start) as house:
        await publish_first_pack(house, pack)
        if people is not None:
            await _take_first_people(house, people)
        await house.settle()
        samples = await _samples(house)
        nightly = [
            asyncio.create_task(nightly_audit(house), name="nightly-audit"),
            asyncio.create_task(nightly_anchors(house, anchoring), name="nightly-anchors"),
        ]
        try:
            await serve(build_front(house), settings.host, settings.port, ready=lambda: _greet(house, samples))
        finally:
            await asyncio.gather(*map(stop, nightly))
    say("Stopped.")
    return 0


def _anchoring(settings: CommonSettings) -> Anchoring:
    """Who signs what the ledgers say: here always, if need be with a key and a folder of the data directory."""
    try:
        return anchoring_of(settings, make_key=True)
    except WrongSetting as error:
        fail(str(error))


async def _take_first_people(house: House, table: bytes) -> None:
    """The people beside the pack, when nobody is known yet; a table that is not right is told, and left."""
    try:
        await import_first_people(house, table)
    except UnreadableSheet as error:
        say(f"The staff.csv beside the pack {error}; nobody was taken from it.")
    except Invalid as error:
        listed = "\n".join(f"  {field.field}: {field.message}" for field in error.fields)
        say(f"The staff.csv beside the pack is not right; nobody was taken from it:\n{listed}")


async def _samples(house: House) -> list[Sample]:
    """Accounts for a first look, where the data are this program's own and staff sign in here."""
    settings = house.settings
    if settings.database_url is not None or not settings.signs_in_here() or settings.own_issuer() is None:
        return []
    return await sample_accounts(AccountBook.of(house), settings.data_dir)


def _greet(house: House, samples: Sequence[Sample]) -> None:
    settings = house.settings
    base = f"http://{settings.host}:{settings.port}"
    shelved = next(iter(house.services.values())).runtime.door_database.packs.current(house.clock.now())
    place = shelved.directory.pack.place
    token = _trial_token(settings, place.code)
    data = "external database" if settings.database_url else f"data in {settings.data_dir}/"
    clock = f"simulated, now {house.clock.now():%Y-%m-%d %H:%M} UTC" if house.clock.simulated else "system"
    where = f"{place.name} {place.name_en} ({place.code}), pack {shelved.version}"
    say(f"\nHuiyin 回音 is running: {where}; {data}; clock: {clock}\n")
    county = f"{base}/analytics/county"
    say(f"  County page   {county}?token={token}" if token else f"  County page   {county}")
    say(f"  Visits        {base}/intake/visits   overview {base}/intake/visits/overview")
    say(f"  Units         {base}/dispatch/units")
    for name in house.services:
        say(f"  {str(name).capitalize():<13} {base}/{name}/v1   docs {base}/{name}/docs")
    say(f"  Metrics       {base}/metrics\n")
    if samples:
        _introduce(samples, base)
    if token:
        say("  A token for everything but a unit's own work (12 h):\n")
        say(f"  export TOKEN={token}\n")
        say("  For a unit's work:  huiyin token --role handler --unit D-HOUSING")
    say(f'  First complaint:    curl -s {base}/intake/v1/cases -H "Authorization: Bearer $TOKEN" \\')
    say(
        '      -H \'Content-Type: application/json\' -d \'{"channel":"hotline","kind":"complaint",'
        f'"area_code":"{_a_village(house)}","category_code":"{_a_category(house)}","text":"村口路灯坏了三天"}}\''
    )
    say("\n  Ctrl-C stops it.\n")


def _introduce(samples: Sequence[Sample], base: str) -> None:
    """One person for each role, and how to sign in as such."""
    say(f"  Staff sign in 工作人员登录: {base}/dispatch/account/sign-in\n")
    for one in samples:
        words = "、".join(ROLES[role][0] for role in sorted(one.roles))
        given = (
            f"first password {one.password}" if one.password else "password changed, or ended: huiyin accounts reset"
        )
        say(f"    {one.staff_id:<8} {one.name}  {one.unit}  {words}  {given}")
    say("")


def _a_village(house: House) -> str:
    pack = next(iter(house.services.values())).runtime.door_database.packs.current(house.clock.now()).directory.pack
    return next((area.code for area in pack.areas if area.level == "village"), pack.areas[0].code)


def _a_category(house: House) -> str:
    pack = next(iter(house.services.values())).runtime.door_database.packs.current(house.clock.now()).directory.pack
    return next((category.code for category in pack.categories if category.parent), pack.categories[0].code)


def _trial_token(settings: CommonSettings, area: str) -> str | None:
    issuer = settings.own_issuer()
    if issuer is None:
        return None
    return issuer.issue("trial", TRIAL_ROLES, area, None, timedelta(hours=12))


def _check_port(host: str, port: int) -> None:
    """Say so before anything is started when somebody else listens there."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                fail(f"port {port} is taken by another program; choose one: huiyin run --port {port + 1}")
            fail(f"cannot listen on {host}:{port}: {error.strerror}")


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        fail(f"--clock-start {text!r} is no RFC 3339 time; say for example 2026-01-05T09:00:00+08:00")
    if moment.tzinfo is None:
        fail(f"--clock-start {text!r} has no offset; say for example 2026-01-05T09:00:00+08:00")
    return moment
