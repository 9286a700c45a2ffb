"""The look-ups against slow and obvious versions of themselves, over directories made at random."""

import re

from hypothesis import given
from hypothesis import strategies as st

from libs.common.pack import areas
from libs.common.pack.areas import LEVELS
from libs.common.pack.directory import Directory
from libs.common.pack.loader import digest, document, from_document
from libs.common.pack.schema import CASE_TOWN, CASE_VILLAGE, Duty, Pack

digits = st.text("0123456789", min_size=3, max_size=3)
area_codes = st.one_of(
    st.just("999001000000"),
    digits.map(lambda town: f"999001{town}000"),
    st.tuples(digits, digits).map(lambda parts: "999001" + "".join(parts)),
    st.tuples(digits, digits, digits).map(lambda parts: "999001" + "".join(parts)),
).filter(lambda code: not re.match(r"^999001(000...(...)?|...000...)$", code) or code == "999001000000")
"""Codes as they are given out: no town 000, no grid of a village 000."""


@given(area_codes)
def test_lineage_climbs_one_level_at_a_time_to_the_county(code: str) -> None:
    line = areas.lineage(code)
    levels = [areas.level_of(above) for above in line]
    assert line[0] == code
    assert line[-1] == "999001000000"
    assert levels == list(reversed(LEVELS[: LEVELS.index(levels[0]) + 1]))
    assert all(areas.contains(above, code) for above in line)


@given(area_codes, area_codes)
def test_containment_is_standing_in_the_lineage(outer: str, inner: str) -> None:
    assert areas.contains(outer, inner) == (outer in areas.lineage(inner))
    if areas.contains(outer, inner) and areas.contains(inner, outer):
        assert outer == inner


def slow_duty(pack: Pack, category_code: str, area_code: str) -> Duty | None:
    """Every row that could speak, the one with the longest category and then the finest area level."""
    reach = LEVELS.index(areas.level_of(area_code))
    candidates = [
        duty
        for duty in pack.duties
        if category_code.startswith(duty.category) and LEVELS.index(duty.area_level) <= reach
    ]
    return max(candidates, key=lambda duty: (len(duty.category), LEVELS.index(duty.area_level)), default=None)


@st.composite
def duty_tables(draw: st.DrawFn, pack: Pack) -> Pack:
    categories = st.sampled_from([category.code for category in pack.categories])
    leads = st.sampled_from([CASE_TOWN, CASE_VILLAGE, "D-ENV", "D-LAND", "V-999001101201"])
    rows = draw(
        st.lists(
            st.builds(
                Duty,
                category=categories,
                area_level=st.sampled_from(LEVELS),
                lead=leads,
                support=st.lists(leads, max_size=3).map(tuple),
                taken_back=st.booleans(),
                limit=st.none(),
                basis=st.just(""),
            ),
            min_size=1,
            max_size=40,
            unique_by=lambda duty: (duty.category, duty.area_level),
        )
    )
    return pack.model_copy(update={"duties": tuple(rows)})


@given(data=st.data())
def test_the_duty_found_is_the_most_telling_row(pack: Pack, data: st.DataObject) -> None:
    changed = data.draw(duty_tables(pack))
    directory = Directory(changed)
    category = data.draw(st.sampled_from(pack.categories)).code
    area = data.draw(st.sampled_from(pack.areas)).code
    duty = slow_duty(changed, category, area)
    assert directory.duty(category, area) == duty
    unit_code, explanation = directory.lead_unit(category, area)
    assert explanation
    if unit_code is not None:
        assert duty is not None
        assert directory.may_receive(unit_code, category, area)
        assert unit_code not in directory.support_units(category, area)
        own = directory.unit(unit_code).area_code
        assert duty.lead not in (CASE_TOWN, CASE_VILLAGE) or directory.contains(own, area)


@given(data=st.data())
def test_any_pack_survives_the_journey_as_a_document(pack: Pack, data: st.DataObject) -> None:
    changed = data.draw(duty_tables(pack))
    assert from_document(document(changed)) == changed
    assert (digest(changed) == digest(pack)) == (set(changed.duties) == set(pack.duties))
