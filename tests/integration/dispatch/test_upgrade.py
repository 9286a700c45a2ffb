"""Tables of the releases before, with cases in them, become those of today: no list, history or answer is another."""

from typing import Any

from libs.common.database.migrate import migrate
from libs.common.events.cases import CaseHandled, CaseSentBack, CaseWithdrawn
from services.dispatch.main import SPEC
from tests.integration.dispatch.office import LIGHTS, TOWN_UNIT, VILLAGE_UNIT, Office, Person, only
from tests.integration.dispatch.test_decisions import RESULT, decisions
from tests.integration.dispatch.test_returning import ASK, REFUSE, requests
from tests.integration.dispatch.test_supporting import tasks

AS_IT_WAS: tuple[str, ...] = (
    "DROP TABLE decision",
    "DROP TABLE call, case_list, arbitration, hearing, whistle, consultation, call_score, call_claim",
    "DROP TABLE mediation_session, mediation, aid, risk",
    "DROP TABLE letter, letter_sequence, letter_template, duty_rule",
    "DROP INDEX work_category_idx, work_accused_idx",
    "ALTER TABLE work DROP COLUMN request_raised_at, DROP COLUMN given_back, DROP COLUMN disputing",
    "ALTER TABLE work DROP COLUMN designated_unit",
    "DROP INDEX work_terminated_idx, work_suspended_idx",
    "ALTER TABLE work DROP COLUMN open_called, DROP COLUMN open_letters, DROP COLUMN suspended_until",
    "ALTER TABLE work DROP COLUMN asked, DROP COLUMN asked_by, DROP COLUMN asked_by_staff",
    "DROP TABLE request",
    "DROP TABLE task",
    "ALTER TABLE work DROP COLUMN open_support, DROP COLUMN delegates",
    "ALTER TABLE work DROP COLUMN nonacceptance_pending, DROP COLUMN nonacceptance_asked_by",
    "ALTER TABLE work DROP COLUMN nonacceptance_asked_by_staff, DROP COLUMN not_accepted_for, DROP COLUMN go_to",
    "DROP INDEX work_not_accepted_idx",
    "ALTER TABLE work DROP COLUMN notice",
    """
    DO $$ DECLARE part regclass; BEGIN
        FOR part IN SELECT tgrelid::regclass FROM pg_trigger
            WHERE tgname = 'ledger_never_emptied' AND tgrelid::regclass::text !~ '[.]' AND tgparentid = 0
        LOOP EXECUTE format('DROP TRIGGER ledger_never_emptied ON %s', part); END LOOP;
    END $$
    """,
    "ALTER TABLE work DROP COLUMN return_asked_by_staff, DROP COLUMN also_accused, DROP COLUMN held",
    "ALTER TABLE work DROP COLUMN responsible_staff, DROP COLUMN responsible_at",
    "ALTER TABLE transition DROP COLUMN staff_id, DROP COLUMN delegate_unit",
    "DROP TABLE staff_session, staff_account, sign_in_tries, staff_look, staff_contact, staff",
    "DROP FUNCTION staff_look_is_append_only",
    "UPDATE alembic_version SET version_num = '0009'",
)
"""Takes away what the migrations since 0009 added: they only add, so this is a database of that release."""


async def lived(office: Office) -> dict[str, str]:
    """A case in every standing, by its name."""
    village = office.handler(VILLAGE_UNIT)
    found = {
        "waiting": await office.register(category_code=None),
        "at the door": await office.register(answered_at_once=True),
        "fresh": await office.register(),
    }
    for name in ("by hand", "elsewhere"):
        found[name] = await office.register(category_code=None)
        body = {"lead_unit": VILLAGE_UNIT, "category_code": LIGHTS, "reason": "属地办理"}
        await office.dispatcher.do(found[name], "assignment", body)
    await office.dispatcher.do(found["elsewhere"], "reassignment", {"lead_unit": TOWN_UNIT, "reason": "由镇办"})
    for name in ("signed", "asked", "moot", "given back", "handed on", "done", "again", "withdrawn"):
        found[name] = await office.register()
        await village.do(found[name], "signature")
    for name in ("asked", "moot", "given back", "handed on"):
        await village.do(found[name], "return", ASK)
    await office.dispatcher.do(found["given back"], "return/decision", REFUSE)
    await village.do(found["given back"], "return", ASK)
    await office.dispatcher.do(found["given back"], "return/decision", {"approved": True, "note": "再议"})
    to_town = {"approved": True, "note": "由镇办", "lead_unit": TOWN_UNIT}
    await office.dispatcher.do(found["handed on"], "return/decision", to_town)
    for name in ("done", "again"):
        await village.do(found[name], "result", RESULT)
    at = only(await office.said(found["again"]), CaseHandled).occurred_at
    again, back = found["again"], "没修好"
    await office.hear(
        CaseSentBack(case_id=again, occurred_at=at, round=1, next_round=2, unit_code=VILLAGE_UNIT, words=back),
        *(CaseWithdrawn(case_id=found[name], occurred_at=at, reason="已自行解决") for name in ("withdrawn", "moot")),
    )
    return found


async def told(office: Office, cases: dict[str, str]) -> dict[str, Any]:
    """Everything that is answered of the cases, and every list."""
    people = {"dispatcher": office.dispatcher, "village": office.handler(VILLAGE_UNIT)}
    paths = [f"/cases/{case_id}{what}" for case_id in cases.values() for what in ("", "/transitions", "/explanation")]
    lists = ["/work", "/work?status=handled", "/work?status=closed", "/work?overdue=false", "/triage?overdue=false"]
    return {
        f"{name} {path}": await _answer(person, path) for name, person in people.items() for path in (*paths, *lists)
    }


async def _answer(person: Person, path: str) -> Any:
    answer = await person.get(path)
    return answer.json() if answer.status_code == 200 else answer.status_code


async def downgrade(office: Office) -> None:
    async with office.database.transaction(office.clock.now()) as session:
        for statement in AS_IT_WAS:
            await session.fetch(statement)


async def upgrade(office: Office) -> None:
    url = office.database.engine.url.render_as_string(hide_password=False)
    await migrate(url, "dispatch", SPEC.migrations)


async def test_every_answer_is_the_same_after_the_upgrade(office: Office) -> None:
    cases = await lived(office)
    before = await told(office, cases)
    await downgrade(office)
    await upgrade(office)
    assert await told(office, cases) == before


async def test_every_request_is_carried_over_whole(office: Office) -> None:
    cases = await lived(office)
    before = {name: await requests(office, case_id) for name, case_id in cases.items()}
    states = {name: [one["state"] for one in asked] for name, asked in before.items() if asked}
    assert states == {
        "asked": ["pending"],
        "moot": ["lapsed"],
        "given back": ["refused", "granted"],
        "handed on": ["granted"],
    }
    await downgrade(office)
    await upgrade(office)
    assert {name: await requests(office, case_id) for name, case_id in cases.items()} == before
    still = office.dispatcher
    assert (await still.do(cases["asked"], "return/decision", REFUSE))["return_pending"] is False
    assert [one["state"] for one in await requests(office, cases["asked"])] == ["refused"]


async def test_the_support_units_of_open_cases_have_their_tasks_and_of_others_none(office: Office) -> None:
    cases = await lived(office)
    before = {name: await tasks(office, case_id) for name, case_id in cases.items()}
    await downgrade(office)
    await upgrade(office)
    for name, case_id in cases.items():
        given = [task for task in before[name] if task["status"] == "given"]
        assert await tasks(office, case_id) == given, name
        assert (await office.work(case_id))["open_support"] == [task["unit_code"] for task in given], name
    town = office.handler(TOWN_UNIT)
    listed = (await town.get("/work", role="support")).json()["items"]
    assert {item["case_id"] for item in listed} == {cases[name] for name in ("fresh", "signed", "asked", "again")}
    await town.do(cases["fresh"], f"tasks/{TOWN_UNIT}/signature")


async def test_every_decision_is_carried_over_but_for_the_candidates(office: Office) -> None:
    cases = await lived(office)
    before = {name: await decisions(office, case_id) for name, case_id in cases.items()}
    assert {name: len(kept) for name, kept in before.items() if len(kept) != 1} == {
        "at the door": 0,
        "by hand": 2,
        "elsewhere": 3,
        "given back": 2,
        "handed on": 2,
        "again": 2,
    }
    await downgrade(office)
    await upgrade(office)
    for name, case_id in cases.items():
        assert await decisions(office, case_id) == [_as_told(one) for one in before[name]], name


def _as_told(decision: dict[str, Any]) -> dict[str, Any]:
    """By its step and its event: what else was looked at nobody kept, nor where nobody was found."""
    less = {"category_code": None, "pack_version": None} if decision["lead_unit"] is None else {}
    return {**decision, "candidates": [], **less}
