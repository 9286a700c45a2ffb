"""Who had a hand in a case over all its rounds, as far as its rows tell."""

from collections.abc import Iterable

from libs.common.database.session import Session
from libs.common.rules.apart import Hands, names_of
from services.followup.callbacks.tables import Callback
from services.followup.cases.domain.terms import State


def known_hands(session: Session, state: State, callbacks: Iterable[Callback]) -> Hands:
    """Who the case itself names, and who finished its rounds, with the units in which any of these went up since.

    Cases from before it was kept who had a hand in them say with their callbacks what they know of it.
    """
    every = list(callbacks)
    finished = frozenset(one.handling_unit for one in every if one.handling_unit is not None)
    people = frozenset(name for one in every for name in names_of(one.answered_by, one.answered_by_staff))
    handling, there = state.hands.units | finished, session.packs.current(session.now).directory.unit_codes
    went_up_in = (session.packs.codes.successor(unit, there) for unit in handling)
    return Hands(people, handling | frozenset(unit for unit in went_up_in if unit is not None))
