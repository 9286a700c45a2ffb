"""The callbacks of a case, as its steps leave them: who is asked, how often it was tried, and what came of it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from huiyin.audit.rows.comparing import Unseen
from libs.common.events.cases import CallbackTried
from libs.common.pack.directory import Directory
from services.followup.callbacks.actions.opening import calling_time, gap_of
from services.followup.callbacks.domain import STATE_AFTER, evolve, evolve_other
from services.followup.cases.domain.terms import Action, Asking, Said

_ANY_NUMBER = 1_000_000
"""Of tries, under a pack that is not known."""


class FoldedCallbacks:
    """By round and requester: the rows, and the same as followup's own rules know them."""

    def __init__(self) -> None:
        self.rows: dict[tuple[int, str], dict[str, Any]] = {}
        self._askings: dict[tuple[int, str], Asking] = {}

    def open(self, told: dict[str, Any], action: Action, pack: Directory | None) -> None:
        """One more requester is to be asked, or left to a review. ``told``: what the events say of the row."""
        key = (told["round"], told["requester"])
        tries = _ANY_NUMBER if pack is None else pack.callback.tries
        of = {name: told[name] for name in ("round", "requester", "handling_unit", "answered_by")}
        self._askings[key] = Asking(state=STATE_AFTER[action], tries_allowed=tries, **of)
        self.rows[key] = told | {
            "callback_id": Unseen.NUMBER,
            "purpose": "closing",
            "version": 1,
            "state": STATE_AFTER[action],
            "tries": 0,
            "attempts": 0,
        }
        self._may_be_called(key, told["opened_at"], pack)

    def asking_for(self, event: CallbackTried) -> Asking | None:
        """The callback that was tried, before it was, beside the others of its round; None where none was open."""
        asking = self._askings.get((event.round, event.requester))
        if asking is None:
            return None
        others = {who: self._askings[at, who].state for at, who in self._of(event.round) if who != event.requester}
        return replace(asking, attempts=event.attempt - 1, others=others)

    def follow(self, said: Said, number: int) -> None:
        """Bring the callbacks of the round to where the step brings them."""
        tried = said.what.asking
        for key in list(self._of(number)):
            before = self._askings[key]
            if (tried.round, tried.requester) == key:
                after = evolve(tried, said, timedelta())
            else:
                after = evolve_other(before, said)
            if after is not before:
                self._askings[key] = after
                row = self.rows[key]
                row |= {"state": after.state, "tries": after.tries, "attempts": after.attempts}
                row["version"] += 1

    def all_may_be_called(self, number: int, moment: datetime, pack: Directory | None) -> None:
        """Whoever of the round is to be called may be from the first calling time on."""
        for key in self._of(number):
            if self._askings[key].state == STATE_AFTER[Action.TRY_AGAIN]:
                self._may_be_called(key, moment, pack)

    def may_be_called_again(self, event: CallbackTried, pack: Directory | None) -> None:
        """After a try in vain, so much later as tries are apart."""
        gap = timedelta() if pack is None else gap_of(pack)
        self._may_be_called((event.round, event.requester), event.occurred_at + gap, pack)

    def _may_be_called(self, key: tuple[int, str], moment: datetime, pack: Directory | None) -> None:
        self.rows[key]["next_try_at"] = Unseen.OLD if pack is None else calling_time(pack, moment)

    def _of(self, number: int) -> Iterator[tuple[int, str]]:
        return (key for key in self._askings if key[0] == number)
