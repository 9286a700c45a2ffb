"""Letters: templates are checked when they come, documents are written by them, and two who send at once wait."""

import asyncio
from io import BytesIO
from typing import Any

from docx import Document

from libs.common.documents import DocumentLine, plain_document
from libs.common.security.principal import Role
from tests.integration.dispatch.office import COUNTY, Office, Person

TOWN = "T-999001103"
OCTETS = "application/octet-stream"
WORDS = {"kind": "request", "to_unit": "D-WATER", "subject": "商请抢修", "body": "请抢修。\n急。"}


def of_the_town(office: Office, subject: str) -> Person:
    return office.person(subject, Role.DISPATCHER, COUNTY, TOWN)


async def sent(office: Office, **other: Any) -> dict[str, Any]:
    letter = (await of_the_town(office, "li").post("/letters", WORDS | other)).json()
    answer = await of_the_town(office, "wang").post(f"/letters/{letter['letter_id']}/sending", version="*")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_a_template_with_unknown_fields_is_refused_naming_each_and_changes_nothing(office: Office) -> None:
    clerk = of_the_town(office, "li")
    wrong = plain_document(DocumentLine("{{文号}} {{电话}} {{who}}"), DocumentLine("{{to}"))
    refused = await clerk.post("/letter-templates/request", wrong, content_type=OCTETS)
    assert refused.status_code == 422
    said = [one["message"] for one in refused.json()["errors"]] if "errors" in refused.json() else [refused.text]
    assert all(name in " ".join(said) for name in ("电话", "who", "{{to}"))
    for content in (b"no document", b"PK\x03\x04"):
        assert (await clerk.post("/letter-templates/request", content, content_type=OCTETS)).status_code == 422
    assert (await clerk.post("/letter-templates/none", plain_document(), content_type=OCTETS)).status_code == 404
    listed = (await clerk.get("/letter-templates")).json()
    assert {one["edition"] for one in listed["templates"]} == {0}
    stranger = office.person("li", Role.DISPATCHER, COUNTY, "D-WATER")
    assert (await stranger.get("/letter-templates")).status_code == 403


async def test_a_document_is_written_by_the_offices_own_template_else_by_the_shipped_one(office: Office) -> None:
    clerk, letter = of_the_town(office, "li"), await sent(office)
    place = f"/letters/{letter['letter_id']}/document"
    shipped = Document(BytesIO((await clerk.get(place)).content))
    assert [paragraph.text for paragraph in shipped.paragraphs][1] == letter["no"]
    own = plain_document(DocumentLine("第{{文号}}：{{body}}"))
    kept = (await clerk.post("/letter-templates/request", own, content_type=OCTETS)).json()
    assert (kept["edition"], kept["fields"]) == (1, ["no", "body"])
    written = Document(BytesIO((await clerk.get(place)).content))
    assert [paragraph.text for paragraph in written.paragraphs] == [f"第{letter['no']}：请抢修。\n急。"]
    again = (await clerk.post("/letter-templates/request", own, content_type=OCTETS)).json()
    assert again["edition"] == 2
    assert (await clerk.get("/letter-templates/request")).content == own


async def test_numbers_stand_one_behind_the_other_whoever_sends_at_once(office: Office) -> None:
    letters = await asyncio.gather(*(sent(office) for _ in range(12)))
    assert sorted(letter["no"] for letter in letters) == sorted(f"应谷函〔2026〕{number}号" for number in range(1, 13))
    rows = await office.rows("SELECT last FROM letter_sequence")
    assert [row.last for row in rows] == [12]


async def test_a_letter_is_its_two_units_alone_and_changes_on_its_version(office: Office) -> None:
    letter = await sent(office)
    place = f"/letters/{letter['letter_id']}"
    assert (await office.dispatcher.get(place)).status_code == 404
    assert (await office.dispatcher.get("/letters")).json()["items"] == []
    water = office.handler("D-WATER", "zhao")
    assert [one["letter_id"] for one in (await water.get("/letters")).json()["items"]] == [letter["letter_id"]]
    assert (await water.post(f"{place}/acknowledgement")).status_code == 428
    assert (await water.post(f"{place}/acknowledgement", version=1)).status_code == 412
    assert (await water.post(f"{place}/acknowledgement", version=letter["version"])).status_code == 200
    late = (await water.get("/letters?overdue=true")).json()["items"]
    assert late == []
