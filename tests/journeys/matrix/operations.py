"""What is asked: every operation of the four OpenAPI documents, and the pages, with a body that would be taken."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson

from huiyin.office.wire import Response
from libs.common.documents import DocumentLine, plain_document
from libs.common.pack.loader import document, load_pack
from tests.journeys.case_routes import BODIES, IN_THE_BODY, LISTS, PATH_OF_A_CASE, body_of
from tests.journeys.county import DEMO, VILLAGE, Person, complaint
from tests.journeys.matrix.story import CLERK, Known
from tests.journeys.test_reach import OPS

DOCUMENTS = Path(__file__).parents[3] / "docs" / "openapi"
STALE = 999_999
"""A version that no case has: a change that would be done is refused by it, after who asks was looked at."""
NEW = "S-0091"

LETTER = {"kind": "request", "to_unit": "D-WATER", "subject": "商请修复", "body": "请予修复"}
_NOBODYS = "01980f5e-2b7c-7c3e-9d2a-4f1f6f6a7b01"
_BODIES: Mapping[str, Any] = {
    "/intake/v1/cases": complaint(),
    "/intake/v1/upper-orders": {
        **{name: value for name, value in complaint().items() if name != "channel"},
        "upper_body": "市信访局",
        "upper_no": "ORDER-new",
    },
    "/intake/v1/cases/batch": orjson.dumps(complaint()),
    "/intake/v1/households/import": "户编号,区域\nH-0092,东坡村\n".encode(),
    "/intake/v1/households/export": {"reason": "核实今晚走访的住户地址"},
    # A phone is the person's own, wherever that is: it says nothing that would register one.
    "/intake/v1/devices": {},
    "/dispatch/v1/accounts": {"staff_id": "IN-CALLER"},
    "/dispatch/v1/accounts/me/password": {"old_password": "春天的河边", "new_password": "三只白鹭飞过河边"},
    "/dispatch/v1/letters": LETTER,
    "/dispatch/v1/letters/{letter_id}/reply": {"reply": "已修复"},
    "/dispatch/v1/letter-templates/{kind}": plain_document(DocumentLine("{{no}}")),
    "/dispatch/v1/staff": {"staff_id": NEW, "name": "蒋测试"},
    "/dispatch/v1/staff/{staff_id}/terms": {"post_code": "caller", "unit_code": "H-12345"},
    "/dispatch/v1/staff/import": "人员编号,姓名\nS-0092,韩测试\n".encode(),
    "/dispatch/v1/directory/packs": document(load_pack(DEMO)),
} | {
    f"/{service}{path}": body
    for service in ("intake", "dispatch", "followup", "analytics")
    for path, body in OPS.items()
}
_ASKED_WITH: Mapping[str, Mapping[str, str]] = {
    "/dispatch/v1/staff-coverage": {"post_code": "grid_worker"},
    "/analytics/v1/visits/coverage": {"round_id": _NOBODYS},
    "/analytics/v1/visits/coverage/households": {"round_id": _NOBODYS},
}
"""What a list about no case wants to be asked with."""
_HOUSEHOLD = "/intake/v1/households/{household_id}"
_BODIES_OF_HOUSEHOLDS: Mapping[str, Any] = {
    "/intake/v1/households": {"area_code": VILLAGE, "door": "三组99号"},
    f"{_HOUSEHOLD}/change": {"household_class": "away"},
    f"{_HOUSEHOLD}/muting": {"reason": "moved_away", "why": "邻居称已搬走"},
    f"{_HOUSEHOLD}/muting/decision": {"granted": True},
    f"{_HOUSEHOLD}/unmuting": {"why": "已搬回"},
    f"{_HOUSEHOLD}/split": {"new": {"area_code": VILLAGE}},
    f"{_HOUSEHOLD}/merge": {"into": _NOBODYS, "why": "搬回同住"},
    f"{_HOUSEHOLD}/reveal": {"reason": "核实今晚走访的住户地址", "fields": ["head"]},
}
_ELSE = {
    "list_code": "problem",
    "kind": "request",
    "staff_id": CLERK,
    "number": "1",
    "seq": "1",
    "pack_version": "1",
    "stream": "cases",
    "source": "city-hub",
}
_TYPES = {"batch": "application/x-ndjson", "import": "text/csv", "{kind}": "application/octet-stream"}


@dataclass(frozen=True, slots=True)
class Operation:
    """One of them. ``name`` is its method and its path as documented."""

    method: str
    path: str
    body: Any = None
    there: Mapping[str, str] = field(default_factory=dict)
    """What is there of what its path names, beside a case."""

    @property
    def name(self) -> str:
        """As tables name it."""
        return f"{self.method} {self.path}"

    @property
    def is_about_a_case(self) -> bool:
        """Whether it names one."""
        return PATH_OF_A_CASE.search(self.path) is not None or (self.method, self.path) in IN_THE_BODY

    def where(self, known: Known | None) -> str:
        """Its path, about this case."""
        path = self.path if known is None else known.subject.path(self.path)
        there = {**_ELSE, **self.there}
        return re.sub(r"\{(\w+)\}", lambda found: there.get(found[1], _NOBODYS), path)

    async def ask(self, person: Person, known: Known | None, version: int | str = "*") -> Response:
        """Asked by somebody, about this case."""
        path = self.where(known)
        if self.method == "GET":
            return await person.get(path, **LISTS.get(self.path, {}), **_ASKED_WITH.get(self.path, {}))
        body = self.body
        if isinstance(body, bytes):
            kind = next((kind for word, kind in _TYPES.items() if word in path), "image/jpeg")
            return await person.post(f"{path}?name={quote('路灯.jpg')}", body, content_type=kind)
        if (named := IN_THE_BODY.get((self.method, self.path))) is not None and known is not None:
            body = body | named | {"case_id": known.case_id}
        return await person.post(path, body, version=version)


def operations(**there: str) -> Iterator[Operation]:
    """All of them; ``there`` is what their paths may name that was made for them, such as a household."""
    for path in (
        *(path for path in LISTS if path.startswith("/analytics/county")),
        "/analytics/county/cases/{case_id}",
        *("/intake/visits", "/intake/visits/overview", "/intake/visits/app.js"),
        *("/dispatch/units", "/dispatch/units/app.js"),
    ):
        yield Operation("GET", path)
    for file in sorted(DOCUMENTS.glob("*.json")):
        document = json.loads(file.read_text(encoding="utf-8"))
        for path, methods in document["paths"].items():
            for method, one in methods.items():
                yield Operation(method.upper(), path, _body(path, one, document), there)


def _body(path: str, one: Mapping[str, Any], document: Mapping[str, Any]) -> Any:
    every = {**BODIES, **_BODIES_OF_HOUSEHOLDS, **_BODIES}
    return every[path] if path in every else body_of(path, one, document)
