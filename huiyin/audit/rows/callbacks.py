"""The callbacks of a case, as its steps leave them: who is asked, how often it was tried, and what came of it."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from huiyin.audit.rows.comparing import Unseen
from libs.common.events.cases import (
    CallbackTried,
)
from libs.common.events.citizens import WithdrawalTried, WithdrawalWished
from libs.common.events.terms import FIRST_REQUESTER
from libs.common.pack.directory import Directory
from services.followup.callbacks.actions.opening import calling_time, gap_of
from services.followup.callbacks.domain import STATE_AFTER, evolve, evolve_other, next_wish
from services.followup.cases.domain.terms import Action, Asking, CallbackState, Purpose, Said

Key = tuple[int, str, Purpose]
"""A round, one of its requesters, and what he is asked for."""
_ANY_NUMBER = 1_000_000
"""Of tries, under a pack that is not known."""


class FoldedCallbacks:
    """The rows, and the same as followup's own rules know them."""

    def __init__(self) -> None:
        self.rows: dict[Key, dict[str, Any]] = {}
        self._askings: dict[Key, Asking] = {}

    def open(self, told: dict[str, Any], action: Action, pack: Directory | None) -> None:
        """One more requester is to be asked, or left to a review. ``told``: what the events say of the row."""
        key = (told["round"], told["requester"], told["purpose"])
        tries = _ANY_NUMBER if pack is None else pack.callback.tries
        whose = ("round", "requester", "purpose", "handling_unit", "answered_by", "answered_by_staff")
        of = {name: told[name] for name in whose}
        self._askings[key] = Asking(state=STATE_AFTER[action], tries_allowed=tries, **of)
        self.rows[key] = told | {
            "callback_id": Unseen.NUMBER,
            "version": 1,
            "state": STATE_AFTER[action],
            "tries": 0,
            "attempts": 0,
        }
        self._may_be_called(key, told["opened_at"], pack)

    def wish(self, event: WithdrawalWished, promise: Mapping[str, Any], pack: Directory | None) -> None:
        """Each requester is to be asked whether he takes it back, again if he was before."""
        told = {name: promise[name] for name in ("case_id", "round", "area_code")}
        told |= {"purpose": Purpose.WITHDRAWAL, "handling_unit": promise["lead_unit"], "answered_by": None}
        told |= {"wished_by": event.by, "wished_by_staff": event.by_staff, "answered_by_staff": None}
        told |= {"opened_at": event.occurred_at}
        number = event.round
        asked = [row for key, row in self.rows.items() if (key[0], key[2]) == (number, Purpose.WITHDRAWAL)]
        told |= {"wish": next_wish(row["wish"] for row in asked)}
        known = {who for _, who, purpose in self._askings if purpose is Purpose.CLOSING} | {FIRST_REQUESTER}
        for requester in sorted(known):
            key = number, requester, Purpose.WITHDRAWAL
            if (before := self._askings.get(key)) is None:
                self.open(told | {"requester": requester}, Action.WISH, pack)
                continue
            self._askings[key] = replace(before, state=STATE_AFTER[Action.WISH], tries=0, next_try_at=None)
            row = self.rows[key]
            row |= told | {"requester": requester, "state": STATE_AFTER[Action.WISH], "tries": 0}
            row["version"] += 1
            self._may_be_called(key, told["opened_at"], pack)

    def is_wished(self, number: int) -> bool:
        """Whether somebody of the round is being asked whether he takes it back."""
        asked = (key for key in self._of(number) if key[2] is Purpose.WITHDRAWAL)
        return any(self._askings[key].state is CallbackState.DUE for key in asked)

    def asking_for(self, event: CallbackTried | WithdrawalTried) -> Asking | None:
        """The callback that was tried, before it was, beside the others of its round; None where none was open."""
        key = _key_of(event)
        asking = self._askings.get(key)
        if asking is None:
            return None
        beside = [other for other in self._of(event.round) if other != key and other[2] is key[2]]
        others = {other[1]: self._askings[other].state for other in beside}
        return replace(asking, attempts=event.attempt - 1, others=others)

    def follow(self, said: Said, number: int) -> None:
        """Bring the callbacks of the round to where the step brings them."""
        tried = said.what.asking
        for key in list(self._of(number)):
            before = self._askings[key]
            if (tried.round, tried.requester, tried.purpose) == key:
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
            if key[2] is Purpose.CLOSING and self._askings[key].state == STATE_AFTER[Action.TRY_AGAIN]:
                self._may_be_called(key, moment, pack)

    def may_be_called_again(self, event: CallbackTried | WithdrawalTried, pack: Directory | None) -> None:
        """After a try in vain, so much later as tries are apart."""
        gap = timedelta() if pack is None else gap_of(pack)
        self._may_be_called(_key_of(event), event.occurred_at + gap, pack)

    def _may_be_called(self, key: Key, moment: datetime, pack: Directory | None) -> None:
        self.rows[key]["next_try_at"] = Unseen.OLD if pack is None else calling_time(pack, moment)

    def _of(self, number: int) -> Iterator[Key]:
        return (key for key in self._askings if key[0] == number)


def _key_of(event: CallbackTried | WithdrawalTried) -> Key:
    purpose = Purpose.WITHDRAWAL if isinstance(event, WithdrawalTried) else Purpose.CLOSING
    return event.round, event.requester, purpose
