"""Who wants no callback is not called: a second person closes his case as unasked, unless it was done again."""

import pytest

from libs.common.security.principal import Role
from tests.integration.followup.office import HOUR, T0, Office, assigned, handled


async def test_a_citizen_who_wants_no_callback_is_not_called(office: Office) -> None:
    case_id = await office.handled_case(callback_wanted=False)
    names = await office.names(case_id)
    assert "CallbackDue(callback)" not in names
    assert "DeadlineSet(callback)" in names
    assert (await office.attempt(case_id, satisfaction="satisfied")).status_code == 409
    callback = await office.callback(case_id)
    done = await office.supervisor.post(
        f"/callbacks/{callback['callback_id']}/review",
        {"decision": "close_unverified", "reason": "群众明确不需要回访"},
        version=callback["version"],
    )
    assert done.status_code == 409
    done = await office.supervisor.post(
        f"/callbacks/{callback['callback_id']}/review",
        {"decision": "close_unasked", "reason": "群众明确不需要回访"},
        version=callback["version"],
    )
    assert done.json()["closing"] == "unasked"


@pytest.mark.parametrize(
    ("told_by", "account"),
    [({"by": "op"}, ("op", None)), ({"by": "op", "by_staff": "007"}, ("op-2", "007"))],
    ids=["the account", "another account of the person"],
)
async def test_whoever_wrote_down_that_he_wants_no_callback_does_not_review_it(
    office: Office, told_by: dict[str, str], account: tuple[str, str | None]
) -> None:
    case_id = await office.handled_case(callback_wanted=False, **told_by)
    callback = await office.callback(case_id)
    path = f"/callbacks/{callback['callback_id']}/review"
    body = {"decision": "close_unasked", "reason": "群众明确不需要回访"}
    who = office.person(account[0], Role.SUPERVISOR, staff_id=account[1])
    assert (await who.post(path, body, version=callback["version"])).status_code == 403
    assert (await office.supervisor.post(path, body, version=callback["version"])).status_code == 200


async def test_who_was_called_is_not_closed_as_unasked(office: Office) -> None:
    case_id = await office.handled_case(callback_wanted=False)
    callback = await office.callback(case_id)
    path = f"/callbacks/{callback['callback_id']}/review"
    again = {"decision": "try_again", "reason": "再联系一次"}
    callback = (await office.supervisor.post(path, again, version=callback["version"])).json()
    for _ in range(3):
        office.clock.advance_to(office.clock.now() + 5 * HOUR)
        await office.attempt(case_id, reached="no_answer")
    version = (await office.callback(case_id))["version"]
    unasked = {"decision": "close_unasked", "reason": "群众不需要回访"}
    assert (await office.supervisor.post(path, unasked, version=version)).status_code == 409
    unverified = {"decision": "close_unverified", "reason": "多次未接通"}
    assert (await office.supervisor.post(path, unverified, version=version)).json()["closing"] == "unverified"


async def test_who_had_it_done_again_is_asked_whatever_he_said_first(office: Office) -> None:
    case_id = await office.handled_case(callback_wanted=False)
    callback = await office.callback(case_id)
    again = {"decision": "try_again", "reason": "再联系一次"}
    path = f"/callbacks/{callback['callback_id']}/review"
    assert (await office.supervisor.post(path, again, version=callback["version"])).status_code == 200
    assert (await office.attempt(case_id, satisfaction="not_satisfied", solved=False)).status_code == 201
    await office.hear(assigned(case_id, T0 + HOUR, round_=2), handled(case_id, T0 + HOUR, round_=2))
    assert (await office.case(case_id))["status"] == "callback"
