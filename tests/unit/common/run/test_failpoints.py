"""How fail points are said."""

import pytest

from libs.common.run import failpoints
from libs.common.run.failpoints import FailpointAction, arm, check_failpoints


def test_points_are_armed_with_what_they_do_and_when() -> None:
    try:
        arm("relay.after_ack:kill:3, consumer.before_commit:raise")
        armed = {name: (point.action, point.turns_left) for name, point in failpoints._armed.items()}
    finally:
        arm("")
    assert armed == {"relay.after_ack": (FailpointAction.KILL, 3), "consumer.before_commit": (FailpointAction.RAISE, 1)}
    assert not failpoints._armed


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("nowhere:kill", "unknown fail point 'nowhere'"),
        ("relay.after_ack", "relay.after_ack must be followed by :kill"),
        ("relay.after_ack:burn", "relay.after_ack must be followed by :kill"),
        ("relay.after_ack:kill:often", "relay.after_ack must be followed by :kill"),
    ],
)
def test_what_is_said_wrongly_is_refused_with_what_is_known(said: str, told: str) -> None:
    for use in (check_failpoints, arm):
        with pytest.raises(ValueError, match=told):
            use(said)
