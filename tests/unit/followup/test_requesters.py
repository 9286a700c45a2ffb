"""THE GUARD over the list of a merged case's requesters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.common.rules.machine import OutOfTurn
from services.followup.callbacks.domain import CallbackState, check_everybody_is_content


@given(st.dictionaries(st.sampled_from("abcd"), st.sampled_from(CallbackState)), st.sampled_from("abcd"))
def test_the_last_requester_who_is_satisfied_closes(others: dict[str, CallbackState], requester: str) -> None:
    waiting = [one for one, state in others.items() if one != requester and state is not CallbackState.DONE]
    if not waiting:
        check_everybody_is_content(requester, others)
        return
    with pytest.raises(OutOfTurn, match=", ".join(sorted(waiting))):
        check_everybody_is_content(requester, others)
