"""All four OpenAPI documents against the running house: no 5xx, and nothing that the document does not say.

What is asked for is drawn from the documents, with the ids and codes of real cases among it, by people with every role.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import orjson
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import SerializationContext
from schemathesis.config import SchemathesisConfig
from schemathesis.generation.case import Case
from schemathesis.specs.openapi.schemas import OpenApiSchema

from libs.common.bus.flow import Service
from libs.common.security.principal import Role
from libs.programs.postgres.server import EmbeddedPostgres
from tests.journeys.bridge import Bridge
from tests.journeys.county import (
    COUNTY,
    LIGHTS,
    NO_ANSWER,
    SATISFIED,
    TOWN,
    VILLAGE,
    VILLAGE_UNIT,
    County,
    open_county,
)

DOCUMENTS = Path(__file__).parents[2] / "docs" / "openapi"
HOUSEHOLDS = "/intake/v1/households"
EXAMPLES = 12
"""For each operation and each person."""
CASES = ("triage", "assigned", "signed", "asked", "unreached", "closed")
PLACEHOLDERS = {name: f"00000000-0000-7000-8000-00000000000{number}" for number, name in enumerate(CASES)}
CALLBACK, ORDER = "00000000-0000-7000-8000-000000000010", "00000000-0000-7000-8000-000000000011"
HOMES = ("00000000-0000-7000-8000-000000000012", "00000000-0000-7000-8000-000000000013")
"""A household as it was registered, and one that waits to be muted."""
REFUSALS = ["401", "403", "404", "409", "412", "422"]
"""What may be answered to something that the document alone cannot tell to be wrong."""

_VALUES = {
    "cases": list(PLACEHOLDERS.values()),
    "callbacks": [CALLBACK],
    "orders": [ORDER],
    "households": [*HOMES],
    "areas": [COUNTY, TOWN, VILLAGE],
    "units": [VILLAGE_UNIT, "D-HOUSING", "T-999001101"],
    "categories": [LIGHTS, "0104", "0402"],
    "versions": ["*"],
    "measures": ["response", "satisfaction", "on_time"],
    "reasons": ["not_our_duty", "wrong_area"],
    "streams": ["cases"],
}
_USED = {
    "path.case_id": "cases",
    "path.reference": "cases",
    "path.key": "cases",
    "path.household_id": "households",
    "query.household_id": "households",
    "body.into": "households",
    "path.callback_id": "callbacks",
    "path.supervision_id": "orders",
    "path.stream": "streams",
    "query.case_id": "cases",
    "query.area_code": "areas",
    "query.unit_code": "units",
    "query.category_code": "categories",
    "query.measure": "measures",
    "header.If-Match": "versions",
    "body.case_id": "cases",
    "body.key": "cases",
    "body.area_code": "areas",
    "body.category_code": "categories",
    "body.lead_unit": "units",
    "body.unit_code": "units",
    "body.reason_code": "reasons",
}

BRIDGE = Bridge()


@schemathesis.serializer("application/x-ndjson")
def _lines(_context: SerializationContext, value: object) -> bytes:
    """A body of one line; whole numbers of any size, as only the slower library writes them."""
    return json.dumps(value).encode()


def _schema(service: Service) -> OpenApiSchema:
    config = SchemathesisConfig.from_dict(
        {
            "dictionaries": {name: {"values": values} for name, values in _VALUES.items()},
            "parameters": {place: {"dictionary": name, "probability": 0.7} for place, name in _USED.items()},
            "checks": {
                "positive_data_acceptance": {"expected-statuses": ["2xx", *REFUSALS]},
                "missing_required_header": {"expected-statuses": ["401", "403", "404", "422", "428"]},
            },
            "operations": [
                {
                    "include-path": "/intake/v1/cases/batch",
                    "checks": {
                        # GET on it reads the case "batch", which is no number of a case.
                        "unsupported_method": {"enabled": False},
                        # A line that is wrong is named in the answer; the batch itself is not.
                        "negative_data_rejection": {"enabled": False},
                    },
                },
                {
                    "include-path-regex": "^/intake/v1/(cases/{case_id}/attachments|visits/{visit_id}/photos)$",
                    "checks": {
                        # What a file is, its bytes tell, and no document says which bytes are a picture.
                        "positive_data_acceptance": {"expected-statuses": ["2xx", *REFUSALS, "415"]},
                    },
                },
                {
                    "include-path-regex": "^/dispatch/v1/accounts/(sign-in|token|me/(password|second-factor))",
                    "checks": {
                        # Whoever has guessed too often waits, as the documents of just these say (`test_accounts`).
                        "positive_data_acceptance": {"expected-statuses": ["2xx", *REFUSALS, "429"]},
                    },
                },
            ],
            # A NUL is refused before anybody looks at the document, and tokens are tried by hand: test_bad_input.py.
            "generation": {"allow-x00": False, "with-security-parameters": False, "allow-extra-parameters": False},
        }
    )
    schema = schemathesis.openapi.from_dict(_document(service), config=config)
    schema.app = BRIDGE
    return schema


def _document(service: Service) -> dict[str, object]:
    document: dict[str, object] = orjson.loads((DOCUMENTS / f"{service}.json").read_bytes())
    return document


@pytest.fixture(scope="module")
def people(
    county_template: str, postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, dict[str, str]]]:
    """The house is open; the headers of people with every role, of no unit and of one."""
    url = postgres.dsn.rpartition("/")[0] + "/fuzz"
    BRIDGE.run(_administer(postgres.dsn, f"CREATE DATABASE fuzz TEMPLATE {county_template}"))
    county = BRIDGE.open(open_county(url, tmp_path_factory.mktemp("fuzz")), _cases)
    yield {
        "county": county.person("everything", *Role).headers,
        "village": county.person("everything-village", *Role, unit=VILLAGE_UNIT).headers,
    }
    BRIDGE.close()


async def _administer(dsn: str, command: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute(command)
    await connection.close()


@schemathesis.pytest.parametrize(**{str(service): _schema(service) for service in Service})
@settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
@pytest.mark.parametrize("who", ["county", "village"])
# Schemathesis itself draws from `random` inside its strategies.
@pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisDeprecationWarning")
def test_the_house_does_what_its_documents_say(case: Case[Any], people: dict[str, dict[str, str]], who: str) -> None:
    case.call_and_validate(headers=dict(people[who]))


async def _cases(county: County) -> dict[str, str]:
    """A case at every stage."""
    ids = {"triage": await county.register(category_code=None)}
    ids |= {name: await county.register() for name in CASES[1:]}
    await county.lead_does(ids["signed"], "signature")
    for name in ("asked", "unreached", "closed"):
        await county.handle(ids[name])
    await county.call(ids["closed"], SATISFIED)
    for _ in range(3):
        await county.call(ids["unreached"], NO_ANSWER)
        await county.advance(hours=4)
    order = {"case_id": ids["signed"], "level": "supervision", "reason": "请专题研究"}
    issued = await county.supervisor.do("/followup/v1/supervisions", order)
    homes = [(await county.operator.do(HOUSEHOLDS, {"area_code": VILLAGE}))["household_id"] for _ in HOMES]
    await county.operator.do(f"{HOUSEHOLDS}/{homes[1]}/muting", {"reason": "refused", "why": "不愿开门"})
    names = {PLACEHOLDERS[name]: case_id for name, case_id in ids.items()}
    return (
        names
        | dict(zip(HOMES, homes, strict=True))
        | {
            CALLBACK: (await county.callback(ids["asked"]))["callback_id"],
            ORDER: issued["supervision_id"],
        }
    )
