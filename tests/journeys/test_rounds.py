"""The citizen decides: sent back, supervised at the third round, or never reached and never counted as satisfied."""

from libs.common.security.principal import Role
from tests.journeys.county import (
    BASICALLY,
    NO_ANSWER,
    NO_CALLBACK,
    NOT_SATISFIED,
    SATISFIED,
    VILLAGE_UNIT,
    County,
)

SOLVED_BUT_ANGRY = NOT_SATISFIED | {"solved": True, "words": "修是修好了，可没人来说一声，请联系 13812341234"}


async def test_not_satisfied_opens_a_round_that_a_satisfied_word_closes(county: County) -> None:
    case_id = await county.register()
    await county.handle(case_id)
    assert (await county.call(case_id, NOT_SATISFIED))["status"] == "handling"
    case, work = await county.case(case_id), await county.work(case_id)
    assert case["round"] == work["round"] == 2
    assert case["status"] == work["status"] == "assigned"
    assert work["lead_unit"] == VILLAGE_UNIT
    assert case["closing"] is None
    await county.handle(case_id)
    assert (await county.call(case_id, BASICALLY))["closing"] == "substantive"
    rounds = [number for name, number in await county.said(case_id) if name == "callback_tried"]
    assert rounds == [1, 2]
    assert await county.count("closed_substantive") == 1
    assert await county.count("closed_in_one_round") == 0
    assert await county.rate("satisfaction") == (9, 10)


async def test_sent_back_is_no_longer_solved_in_any_figure(county: County) -> None:
    case_id = await county.register()
    await county.handle(case_id)
    await county.call(case_id, SOLVED_BUT_ANGRY)
    for counter in ("solved", "satisfied", "basically_satisfied", "closed", "closed_substantive"):
        for basis in ("registered", "closed", "happened"):
            assert await county.count(counter, basis=basis) == 0, (counter, basis)
    assert await county.rate("resolution") == (0, 1)
    assert await county.rate("response") == (1, 1)
    fact = await county.fact(case_id)
    assert not [cell for cell in fact["cells"] if cell["counts"].get("solved")]
    words = (await county.callback(case_id, 1))["history"][0]["words"]
    assert "13812341234" not in words


async def test_the_third_round_is_supervised_at_a_higher_level(county: County) -> None:
    case_id = await county.register()
    for _ in range(2):
        await county.handle(case_id)
        await county.call(case_id, NOT_SATISFIED)
    promise = await county.promise(case_id)
    assert promise["round"] == 3
    orders = {(order["rule_code"], order["level"], order["unit_code"]) for order in promise["supervisions"]}
    assert orders == {
        ("second_round", "reminder", VILLAGE_UNIT),
        ("third_round", "supervision", VILLAGE_UNIT),
        ("third_round", "supervision", "T-999001101"),
        ("third_round", "supervision", "S-GOV"),
    }
    assert (await county.work(case_id))["supervised"] == len(orders)
    assert await county.count("sent_back") == 2
    await county.handle(case_id)
    await county.call(case_id, SATISFIED)
    assert (await county.case(case_id))["status"] == "closed"


async def test_a_citizen_never_reached_is_reviewed_and_in_no_satisfaction_rate(county: County) -> None:
    case_id = await county.register()
    await county.handle(case_id)
    for number in range(1, 4):
        callback = await county.call(case_id, NO_ANSWER)
        assert callback["tries"] == number
        await county.advance(hours=4)
    assert (callback["state"], callback["status"]) == ("exhausted", "review")
    path = f"/followup/v1/callbacks/{callback['callback_id']}"
    refused = await county.caller.post(f"{path}/attempts", SATISFIED)
    assert refused.status_code == 409
    decision = {"decision": "close_unverified", "reason": "三个不同时段均无人接听，现场核实已办结"}
    for nobody in (
        county.person("caller-1", Role.SUPERVISOR),
        county.person("someone", Role.SUPERVISOR, unit=VILLAGE_UNIT),
    ):
        assert (await nobody.post(f"{path}/review", decision)).status_code == 403
    assert (await county.supervisor.do(f"{path}/review", decision))["closing"] == "unverified"
    await county.house.settle()
    case = await county.case(case_id)
    assert (case["status"], case["closing"], case["satisfaction"]) == ("closed", "unverified", None)
    for measure in ("response", "resolution", "satisfaction"):
        assert await county.rate(measure) == (0, 0), measure
    assert await county.rate("valid_callback") == (0, 1)
    assert await county.count("closed_unverified") == 1
    assert await county.count("closed_substantive") == 0


async def test_a_review_may_have_the_citizen_tried_again(county: County) -> None:
    case_id = await county.register(**NO_CALLBACK)
    await county.handle(case_id)
    callback = await county.callback(case_id)
    assert (callback["state"], callback["status"]) == ("exhausted", "review")
    again = {"decision": "try_again", "reason": "来电人改变主意，愿意接受回访"}
    await county.supervisor.do(f"/followup/v1/callbacks/{callback['callback_id']}/review", again)
    await county.call(case_id, SATISFIED)
    assert (await county.case(case_id))["closing"] == "substantive"


async def test_a_try_without_the_citizens_word_closes_nothing(county: County) -> None:
    wordless = [
        {"reached": "refused"},
        {"reached": "unreachable"},
        {"reached": "answered"},
        {"reached": "answered", "words": "正在开车，晚点再打"},
    ]
    cases = [await county.register() for _ in wordless]
    for case_id, answer in zip(cases, wordless, strict=True):
        await county.handle(case_id)
        callback = await county.call(case_id, answer)
        assert (callback["state"], callback["tries"], callback["status"]) == ("due", 1, "callback"), answer
        assert not callback["history"][0]["valid"]
        too_soon = await county.caller.post(f"/followup/v1/callbacks/{callback['callback_id']}/attempts", answer)
        assert too_soon.status_code == 409
    await county.advance(hours=4)
    for case_id in cases:
        await county.call(case_id, SATISFIED)
    assert await county.rate("satisfaction") == (40, 40)
