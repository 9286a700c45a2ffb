"""Accounts: how long one waits, which token still counts, what comes next, and what a password may be."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.dispatch.accounts.domain.passwords import PasswordFault, fault_of, first_password, normal
from services.dispatch.accounts.domain.steps import (
    SAME_MOMENT,
    Held,
    Proven,
    ShownSecret,
    Step,
    next_step,
    recognise,
    turned,
)
from services.dispatch.accounts.domain.waiting import ACCOUNT, ADDRESS, Tries, WaitRule, charged, given_back, may_try

NOW = datetime(2026, 3, 3, 1, tzinfo=UTC)
pauses = st.lists(st.integers(0, 7_200), min_size=1, max_size=120)


@given(pauses, st.sampled_from([ACCOUNT, ADDRESS]))
def test_nobody_waits_longer_than_the_bound(seconds: list[int], chosen: WaitRule) -> None:
    tries: Tries | None = None
    now, waited = NOW, timedelta(0)
    for pause in seconds:
        now += timedelta(seconds=pause)
        if not may_try(tries, now):
            continue
        before = tries
        tries = charged(tries, chosen, now)
        wait = timedelta(0) if tries.until is None else tries.until - now
        assert timedelta(0) <= wait <= chosen.longest
        if before is not None and before.until is not None and pause == 0:
            assert wait >= waited
        waited = wait


@given(st.integers(1, 400))
def test_an_attacker_who_never_rests_has_five_tries_and_then_four_an_hour(hours: int) -> None:
    tries, now, made = None, NOW, 0
    end = NOW + timedelta(hours=hours)
    while now < end:
        tries = charged(tries, ACCOUNT, now)
        made += 1
        now = max(now, tries.until or now)
    assert made <= 10 + 4 * hours


def test_waits_grow_and_are_forgotten() -> None:
    tries, waits = None, []
    now = NOW
    for _ in range(11):
        tries = charged(tries, ACCOUNT, now)
        waits.append(int((tries.until - now).total_seconds()) if tries.until else 0)
        now = tries.until or now
    assert waits == [0, 0, 0, 0, 30, 60, 120, 240, 480, 900, 900]
    assert tries is not None
    assert charged(tries, ACCOUNT, now + timedelta(days=1)) == Tries(1, now + timedelta(days=1))
    assert given_back(Tries(3, NOW, NOW)) == Tries(2, NOW)
    assert given_back(Tries(0, NOW)).count == 0


@st.composite
def uses(draw: st.DrawFn) -> list[tuple[str, int]]:
    """What is shown, by how many turns ago it was given out; and the seconds before that."""
    return draw(
        st.lists(st.tuples(st.sampled_from(["turn", "look", "before", "old"]), st.integers(0, 60)), max_size=40)
    )


@given(uses())
def test_a_session_ends_by_a_token_that_was_turned_and_by_no_other(steps: list[tuple[str, int]]) -> None:
    held, given_out, now = Held("t0", NOW), ["t0"], NOW
    for number, (what, pause) in enumerate(steps):
        now += timedelta(seconds=pause)
        back = {"turn": 1, "look": 1, "before": 2, "old": 3}[what]
        digest = given_out[-back] if len(given_out) >= back else given_out[0]
        shown = recognise(held, digest, now)
        present = digest == held.present
        assert (shown is ShownSecret.PRESENT) == present
        if not present and digest == held.before:
            soon = now - held.turned_at < SAME_MOMENT
            assert shown is (ShownSecret.SAME_MOMENT if soon else ShownSecret.OLD if held.used else ShownSecret.LOST)
        elif not present:
            assert shown is ShownSecret.OLD
        if what == "look" and present:
            held = Held(held.present, held.turned_at, held.before, used=True)
        elif shown in (ShownSecret.PRESENT, ShownSecret.LOST):
            given_out.append(f"t{number + 1}")
            held = turned(held, shown, given_out[-1], now)
            assert recognise(held, given_out[-1], now) is ShownSecret.PRESENT
        elif shown is ShownSecret.OLD:
            return


def test_a_thief_who_uses_a_lost_answer_is_found_by_the_owner() -> None:
    held = turned(Held("stolen", NOW), ShownSecret.PRESENT, "owners", NOW)
    later = NOW + 2 * SAME_MOMENT
    assert recognise(held, "stolen", later) is ShownSecret.LOST
    thiefs = turned(held, ShownSecret.LOST, "thiefs", later)
    assert recognise(thiefs, "owners", later) is ShownSecret.OLD
    with pytest.raises(ValueError, match="same_moment"):
        turned(held, ShownSecret.SAME_MOMENT, "x", NOW)


@pytest.mark.parametrize("proven", list(product([False, True], repeat=4)))
def test_what_is_proven_decides_what_comes_next(proven: tuple[bool, bool, bool, bool]) -> None:
    has, shown, first, demanded = proven
    step = next_step(Proven(has, shown, first, demanded, ("A", "B"), None))
    assert (step is Step.CODE) == (has and not shown)
    assert (step is Step.PASSWORD) == ((shown or not has) and first)
    assert (step is Step.ENROL) == (demanded and not has and not first)
    for units, unit in (((), None), (("A",), None), (("A", "B"), "B")):
        after = next_step(Proven(has, True, False, False, units, unit))
        assert after is Step.DONE
    assert next_step(Proven(False, False, False, False, ("A", "B"), "C")) is Step.UNIT


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("abc", PasswordFault.SHORT),
        ("x" * 129, PasswordFault.LONG),
        ("我的工号是S-1001号没错的呀", PasswordFault.STAFF_NUMBER),
        ("call 13812345678 now", PasswordFault.PHONE_NUMBER),
        ("password2026!!", PasswordFault.COMMON),
        ("Password123456", PasswordFault.COMMON),
        ("P@ssw0rd!!!!!!", PasswordFault.COMMON),
        ("woaini5201314520", PasswordFault.COMMON),
        ("123456789012", PasswordFault.COMMON),
        ("987654321098", PasswordFault.COMMON),
        ("qwertyuiopasdf", PasswordFault.COMMON),
        ("abcdefghijklmn", PasswordFault.COMMON),
        ("aaaabbbbaaaabbbb", PasswordFault.COMMON),
        ("202620262026", PasswordFault.COMMON),
        ("huiyin@2026#888", PasswordFault.COMMON),
        ("春天的河边有三只白鹭飞过", None),
        ("correct horse battery", None),
        ("ku7-mano-teretz", None),
    ],
)
def test_a_password_is_long_and_not_what_everybody_tries(password: str, fault: PasswordFault | None) -> None:
    assert fault_of(normal(password), "S-1001") is fault


def test_a_first_password_may_be_one_and_is_never_the_same() -> None:
    given_out = {first_password() for _ in range(200)}
    assert len(given_out) == 200
    assert all(fault_of(password, "S-1001") is None for password in given_out)
    assert normal("ＡＢＣ１２３") == "ABC123"
