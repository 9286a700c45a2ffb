"""A house of its own for every journey, on a copy of a database in which the demo pack is published everywhere."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from libs.common.bus.choose import BusKind
from libs.programs.kafka import KafkaBroker
from libs.programs.postgres.server import EmbeddedPostgres
from tests.conftest import MakeDatabase, template
from tests.journeys.county import DEMO, County, open_county
from tests.journeys.phones import Phones, phones_of


@pytest.fixture(scope="session")
def county_template(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The database to copy."""

    async def prepare(url: str) -> None:
        async with open_county(url, tmp_path_factory.mktemp("template")):
            pass

    with template(postgres, "journey_template", prepare) as name:
        yield name


@pytest.fixture
async def county(county_template: str, make_database: MakeDatabase, tmp_path: Path) -> AsyncIterator[County]:
    """The house, audited at the end."""
    async with open_county(await make_database(county_template), tmp_path) as county:
        yield county
        await county.check()


@pytest.fixture(params=["embedded", "kafka"])
def either_bus(request: pytest.FixtureRequest, topic_prefix: str) -> dict[str, Any]:
    """The settings of the embedded bus, and of a real Kafka."""
    bus: dict[str, Any] = {"bus": BusKind(request.param)}
    if request.param == "kafka":
        broker: KafkaBroker = request.getfixturevalue("kafka_broker")
        bus |= {"kafka_bootstrap": broker.bootstrap, "topic_prefix": topic_prefix}
    return bus


@pytest.fixture
async def county_on_either_bus(
    either_bus: dict[str, Any], county_template: str, make_database: MakeDatabase, tmp_path: Path
) -> AsyncIterator[County]:
    """The same house on either bus."""
    async with open_county(await make_database(county_template), tmp_path, **either_bus) as county:
        yield county
        await county.check()


@pytest.fixture
async def sleeping_county_on_either_bus(
    either_bus: dict[str, Any], county_template: str, make_database: MakeDatabase, tmp_path: Path
) -> AsyncIterator[County]:
    """The same, while no worker runs: its doors are open."""
    async with open_county(await make_database(county_template), tmp_path, working=False, **either_bus) as county:
        yield county
        await county.check()


@pytest.fixture
async def town(
    request: pytest.FixtureRequest, either_bus: dict[str, Any], make_database: MakeDatabase, tmp_path: Path
) -> AsyncIterator[County]:
    """A house on either bus that works by a town's pack."""
    async with open_county(await make_database("template0"), tmp_path, pack=request.param, **either_bus) as county:
        yield county
        await county.check()


@pytest.fixture
async def phones(county: County, tmp_path: Path) -> AsyncIterator[Phones]:
    """A phone, and a house that it reaches while nothing is cut."""
    async with phones_of(county, tmp_path / "profile") as phones:
        yield phones


@pytest.fixture
async def street(either_bus: dict[str, Any], make_database: MakeDatabase, tmp_path: Path) -> AsyncIterator[County]:
    """The street's own house, on either bus, audited at the end."""
    pack = DEMO.parent / "dachuan-cuiping"
    async with open_county(await make_database("template0"), tmp_path, pack=pack, **either_bus) as county:
        yield county
        await county.check()


@pytest.fixture
async def street_phones(make_database: MakeDatabase, tmp_path: Path) -> AsyncIterator[Phones]:
    """The street's own house, and browsers that reach it."""
    pack = DEMO.parent / "dachuan-cuiping"
    async with (
        open_county(await make_database("template0"), tmp_path, pack=pack) as county,
        phones_of(county, tmp_path / "profile") as phones,
    ):
        yield phones
        await county.check()
