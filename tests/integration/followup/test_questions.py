"""The questions of the case's pack decide what is asked, and what a record of it must hold."""

from typing import Any

import pytest

from libs.common.events.directory import PackPublished
from libs.common.pack.loader import digest, document, from_document
from tests.integration.followup.office import COUNTY, DAY, PACK, T0, Office

ONLY_SATISFIED: dict[str, Any] = {"contacted": None, "solved": None, "satisfaction": "satisfied"}
ALL: dict[str, Any] = {"reached": "answered", "contacted": True, "solved": True, "satisfaction": "satisfied"}
STANDARD = [
    ("contacted", "contacted", True),
    ("solved", "solved", True),
    ("satisfied", "satisfaction", True),
    ("note", "note", False),
]


def question(code: str, answer: str, *, required: bool = True) -> dict[str, Any]:
    return {"code": code, "text": f"{code}？", "text_en": f"{code}?", "answer": answer, "required": required}


async def learn(office: Office, *questions: dict[str, Any]) -> None:
    """Version 2 of the pack asks these."""
    plain = document(PACK)
    plain["callback"]["questions"] = list(questions)
    pack = from_document(plain)
    await office.hear(
        PackPublished(occurred_at=T0 - DAY, place_code=COUNTY, version=2, digest=digest(pack), document=document(pack))
    )


async def handled_under(office: Office, version: int) -> str:
    """A case whose clocks run under this version, and whose unit says it is done."""
    case_id = await office.handled_case(pack_version=version)
    async with office.database.transaction(T0) as session:
        await session.fetch("UPDATE matter SET pack_version = $1 WHERE case_id = $2", version, case_id)
    return case_id


async def wrong(office: Office, case_id: str, **answer: Any) -> dict[str, str]:
    """Field and message of a refused record, which has changed nothing."""
    callback = await office.callback(case_id)
    path = f"/callbacks/{callback['callback_id']}"
    response = await office.caller.post(
        f"{path}/attempts", {"reached": "answered"} | answer, version=callback["version"]
    )
    assert response.status_code == 422, response.text
    assert (await office.callback(case_id)) == callback
    return {fault["field"]: fault["message"] for fault in response.json()["fields"]}


async def asked(office: Office, case_id: str) -> list[tuple[str, str, bool]]:
    """Code, kind and whether it is required, of every question that the caller is given."""
    callback = await office.callback(case_id)
    shown = (await office.caller.get(f"/callbacks/{callback['callback_id']}")).json()
    assert {one["text"] for one in shown["questions"]}
    return [(one["code"], one["answer"], one["required"]) for one in shown["questions"]]


async def test_the_caller_is_given_the_questions_of_the_cases_own_pack(office: Office) -> None:
    await learn(office, question("satisfied", "satisfaction"), question("polite", "note"))
    old, new = await handled_under(office, 1), await handled_under(office, 2)
    assert await asked(office, old) == STANDARD
    assert await asked(office, new) == [("satisfied", "satisfaction", True), ("polite", "note", True)]


@pytest.mark.parametrize("missing", ["contacted", "solved", "satisfaction"])
async def test_as_soon_as_anything_is_answered_every_required_question_is(office: Office, missing: str) -> None:
    case_id = await handled_under(office, 1)
    faults = await wrong(office, case_id, **{name: value for name, value in ALL.items() if name != missing})
    assert list(faults) == [missing]
    code = next(code for code, answer, _ in STANDARD if answer == missing)
    assert f"the pack requires an answer to '{code}': " in faults[missing]


async def test_whoever_was_reached_and_answers_nothing_was_tried(office: Office) -> None:
    case_id = await handled_under(office, 1)
    silent: list[dict[str, Any]] = [{}, {"words": "正在开车，晚点再打"}]
    for answer in silent:
        response = await office.attempt(case_id, **answer)
        assert response.status_code == 201, response.text
        assert response.json()["history"][-1]["valid"] is False
        office.skip(office.clock.now() + DAY)


async def test_what_the_pack_does_not_require_may_stay_open(office: Office) -> None:
    await learn(office, question("satisfied", "satisfaction"), question("solved", "solved", required=False))
    case_id = await handled_under(office, 2)
    response = await office.attempt(case_id, **ONLY_SATISFIED)
    assert (response.status_code, response.json()["closing"]) == (201, "substantive")


async def test_what_the_pack_does_not_ask_is_not_answered(office: Office) -> None:
    await learn(office, question("satisfied", "satisfaction"))
    case_id = await handled_under(office, 2)
    faults = await wrong(office, case_id, **ALL, notes={"polite": "很客气"})
    assert set(faults) == {"contacted", "solved", "notes/polite"}


async def test_questions_of_its_own_are_kept_by_their_codes_and_masked(office: Office) -> None:
    own = (question("polite", "note"), question("wish", "note", required=False))
    await learn(office, question("satisfied", "satisfaction"), *own)
    case_id = await handled_under(office, 2)
    assert set(await wrong(office, case_id, satisfaction="satisfied", words="都好")) == {"notes/polite"}
    assert set(await wrong(office, case_id, notes={"wish": "多来看看"})) == {"satisfaction", "notes/polite"}
    response = await office.attempt(case_id, **ONLY_SATISFIED, notes={"polite": "很客气，电话13812341234"})
    assert response.status_code == 201, response.text
    (kept,) = response.json()["history"]
    assert set(kept["notes"]) == {"polite"}
    assert "13812341234" not in kept["notes"]["polite"]


async def test_the_only_text_that_is_asked_for_is_what_the_citizen_said(office: Office) -> None:
    await learn(office, question("satisfied", "satisfaction"), question("why", "note"))
    case_id = await handled_under(office, 2)
    assert set(await wrong(office, case_id, satisfaction="satisfied")) == {"notes/why"}
    assert (await office.attempt(case_id, **ONLY_SATISFIED, words="修得快")).status_code == 201


async def test_nobody_who_was_not_reached_answers_a_question_of_the_packs_own(office: Office) -> None:
    case_id = await handled_under(office, 1)
    faults = await wrong(office, case_id, reached="no_answer", notes={"note": "x"})
    assert list(faults.values()) == ["nobody answered, so there are no answers"]
