"""Teams of two places, by the rules of their packs; and how two years of them are found."""

from datetime import date, timedelta
from typing import Any

from libs.common.pack.loader import load_pack
from libs.common.security.policy import Scope
from libs.common.security.principal import Role
from libs.common.web.cursors import PageQuery
from services.intake.teams.domain.course import Seat
from services.intake.teams.queries import _ELSEWHERE, TeamFilter, list_statement
from tests.architecture.test_shape import ROOT
from tests.integration.intake.door import COUNTY, NOW, VILLAGE, IntakeDoor
from tests.integration.intake.going_out import DUTY, LEADERS, TODAY, TOMORROW, VILLAGERS, form, members, night
from tests.integration.intake.homes import appoint
from tests.support.plans import plan_of
from tests.support.service import published


async def test_xiaochi_goes_out_by_night_as_one_two_and_some_of_the_village(intake: IntakeDoor) -> None:
    """太湖县小池镇: one of the town's leaders, two cadres on duty, cadres of the very village."""
    await intake.hear(published(load_pack(ROOT / "packs" / "taihu-xiaochi"), 2, NOW - timedelta(hours=1)))
    town, village, desk = "T-340825103", "340825103201", intake.token(Role.OPERATOR, subject="x", area="340825103000")
    await appoint(intake, *LEADERS, post="town_leader", unit=town)
    await appoint(intake, *DUTY, post="duty_cadre", unit=town)
    await appoint(intake, *VILLAGERS, unit=f"V-{village}")
    await appoint(intake, "W-1", unit="V-340825103202")
    for parts in ({"leader": 2, "duty": 2, "village": 3}, {"leader": 1, "duty": 2}):
        refused = await form(intake, night(area_code=village, members=members(**parts)), desk)
        assert (refused.status_code, refused.json()["rule"]) == (422, "night")
        assert "Night visits (1+2+N)" in refused.json()["detail"]
    others = [*members(leader=1, duty=2), {"staff_id": "W-1", "part": "village"}]
    assert (await form(intake, night(area_code=village, members=others), desk)).json()["parts"] == ["village"]
    assert (await form(intake, night(area_code=village), desk)).status_code == 201


PATCH, CUIPING, COMMUNITY = "511703002001001", "511703002000", "V-511703002001"


async def test_a_patch_has_one_head_and_three_to_five_members(intake: IntakeDoor) -> None:
    """翠屏街道: 20 patches; the head is a cadre whom the street stationed in the community, the members are of it."""
    pack = load_pack(ROOT / "packs" / "dachuan-cuiping")
    await intake.hear(published(pack, 2, NOW - timedelta(hours=1)))
    people: dict[str, tuple[str, str, str | None]] = {"H-1": ("stationed_cadre", "T-511703002", "511703002001")}
    people |= {f"M-{number}": ("member", COMMUNITY, None) for number in range(1, 7)}
    people |= {f"N-{number}": ("member", "V-511703002002", None) for number in range(1, 4)}
    people["H-2"] = ("stationed_cadre", "T-511703002", "511703002002")
    for staff_id, (post, unit, area) in people.items():
        await appoint(intake, staff_id, post=post, unit=unit, area=area)
    desk = intake.token(Role.OPERATOR, subject="street", area=CUIPING)

    def patch(many: int, head: str = "H-1", area: str = PATCH, letter: str = "M", on: str = TODAY) -> dict[str, Any]:
        chosen = [{"staff_id": f"{letter}-{number}", "part": "member"} for number in range(1, many + 1)]
        return {"rule": "patch", "area_code": area, "on": on, "members": [{"staff_id": head, "part": "head"}, *chosen]}

    for many in (2, 6):
        refused = await form(intake, patch(many), desk)
        assert (refused.status_code, refused.json()["parts"]) == (422, ["member"])
        assert (
            "片区走访队（1+3-5）"
            in (await form(intake, patch(many), desk | {"Accept-Language": "zh"})).json()["detail"]
        )
    for many, on in ((3, TODAY), (4, TOMORROW), (5, "2026-03-06")):
        assert (await form(intake, patch(many, on=on), desk)).status_code == 201
    other = "511703002002001"
    assert (await form(intake, patch(3, head="H-1", area=other, letter="N"), desk)).json()["parts"] == ["head"]
    mixed = patch(3, head="H-2", area=other, letter="N")
    mixed["members"].append({"staff_id": "M-1", "part": "member"})
    assert (await form(intake, mixed, desk)).json()["parts"] == ["member"], "of another community"
    assert (await form(intake, patch(3, head="H-2", area=other, letter="N"), desk)).status_code == 201
    second_patch = patch(3, area="511703002001002")
    assert (await form(intake, second_patch, desk)).status_code == 409, "a member in two areas on one day"


_FILL = """
    INSERT INTO team (team_id, rule, area_code, status, from_day, until_day, dissolved_from, guide_staff_id, guide,
        formed_at, updated_at, version)
    SELECT lpad(n::text, 36, '0'), 'night', '999001' || (101 + n % 3) || (201 + n % 50), 'formed',
           date '2024-01-01' + n / 75, date '2024-01-01' + n / 75, NULL, NULL, '', '2024-01-01', '2024-01-01', 1
    FROM generate_series(1, 60000) AS n;
    INSERT INTO team_member (team_id, staff_id, from_day, until_day, part)
    SELECT team_id, 'S-' || (ltrim(team_id, '0')::int * 6 + place) % 1500, from_day, until_day, 'village'
    FROM team, generate_series(1, 6) AS place;
    INSERT INTO attendance (team_id, on_day, correction, present, absent, who, unit_code, staff_id, at, why)
    SELECT team_id, from_day, 0, '{S-1}', '[]', 'desk', NULL, NULL, '2024-01-01', '' FROM team;
    ANALYZE team; ANALYZE team_member; ANALYZE attendance;
"""


async def test_two_years_of_nights_are_found_by_index(intake: IntakeDoor) -> None:
    """75 teams a night: no list reads them all, whatever is asked."""
    database = intake.service.runtime.work_database
    async with database.transaction(NOW) as session:
        for statement in _FILL.split(";")[:-1]:
            await session.fetch(statement)
    county, day = Scope(COUNTY[:6]), date(2025, 2, 3)
    for asked, most in (
        (TeamFilter(), 51),
        (TeamFilter(day, day), 160),
        (TeamFilter(day, day + timedelta(days=30)), 5_000),
        (TeamFilter(day, day, area_code=VILLAGE), 3_000),
        (TeamFilter(area_code=VILLAGE), 800),
        (TeamFilter(day, day, staff_id="S-7"), 800),
        (TeamFilter(staff_id="S-7"), 800),
    ):
        plan = await plan_of(database, list_statement(county, asked, PageQuery()))
        assert not plan.walked, f"{asked}:\n{plan}"
        assert plan.rows_read <= most, f"{asked} reads {plan.rows_read}:\n{plan}"
    seat = Seat("S-7", "village", day, day)
    plan = await plan_of(database, _ELSEWHERE, [seat.staff_id], [seat.from_day], [seat.until_day], "x")
    assert plan.rows_read <= 300, plan
