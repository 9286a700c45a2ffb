"""When the people of the replay do what the data does not tell (办件节奏): drawn for each row, under the pack's rules.

Whatever is drawn leaves room for what the data does tell: a unit signs before its real reply came.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from huiyin.replay.draws import Draws
from libs.common.pack.directory import Directory
from libs.common.time.moments import day_start, local_day

_HOTLINE_SHARE = 0.8
_PROGRESS_SHARE = 0.2
_RETURN_SHARE = 0.04
_ANSWER_SHARE = 0.6
_LONG_ENOUGH_TO_RETURN = timedelta(days=2)
_LONG_ENOUGH_TO_REPORT = timedelta(days=1)
_MOMENT = timedelta(microseconds=1000)


@dataclass(frozen=True, slots=True)
class Habits:
    """The people around one row."""

    draws: Draws
    directory: Directory

    def by_hotline(self) -> bool:
        """Whether it comes by telephone; else in a visit."""
        return self.draws.happens(_HOTLINE_SHARE, "hotline")

    def dispatched_at(self, queued: datetime, done: datetime | None, turn: int) -> datetime:
        """When a dispatcher has chosen a unit for a case in triage (人工派单)."""
        return queued + _within(self._hours(0.7, 0.7, "dispatch", turn), queued, done, 0.2)

    def signed_at(self, assigned: datetime, done: datetime | None, turn: int) -> datetime:
        """When the unit signs (签收): mostly within hours, sometimes too late."""
        room = self.draws.between(0.2, 0.6, "sign room", turn)
        return assigned + _within(self._hours(3, 0.8, "sign", turn), assigned, done, room)

    def reported_at(self, signed: datetime, done: datetime | None, turn: int) -> datetime | None:
        """When the unit says how far it is (办理进展); mostly never."""
        wanted = self.draws.happens(_PROGRESS_SHARE, "progress", turn)
        if not wanted or (done is not None and done - signed < _LONG_ENOUGH_TO_REPORT):
            return None
        longest = timedelta(days=6) if done is None else done - signed
        return signed + longest * self.draws.between(0.3, 0.8, "progress at", turn)

    def asks_return(self, assigned: datetime, done: datetime | None, turn: int) -> bool:
        """Whether the unit says that it is not theirs (退单): only the first to get it, and only with time left."""
        if turn > 1 or (done is not None and done - assigned < _LONG_ENOUGH_TO_RETURN):
            return False
        return self.draws.happens(_RETURN_SHARE, "return")

    def return_asked_at(self, assigned: datetime) -> datetime:
        """When the unit asks: well inside any limit for it."""
        return assigned + timedelta(hours=self.draws.between(0.3, 4, "ask return"))

    def decided_at(self, asked: datetime) -> datetime:
        """When the return is decided."""
        return asked + timedelta(hours=self.draws.between(0.5, 6, "decide"))

    def handled_again_at(self, assigned: datetime, number: int) -> datetime:
        """When the result of a later round comes (重办); no export tells it."""
        return assigned + timedelta(hours=max(6, self._hours(60, 0.6, "again", number)))

    def called_at(self, since: datetime, number: int, attempt: int) -> datetime:
        """When the citizen is called (回访): after some hours, and only when citizens may be called."""
        wanted = since + timedelta(hours=self.draws.between(0.5, 26, "call", number, attempt))
        policy, zone = self.directory.callback, self.directory.calendar().time_zone
        day = local_day(wanted, zone)
        opens, closes = day_start(day, zone, policy.opens_at), day_start(day, zone, policy.closes_at)
        if opens <= wanted <= closes:
            return wanted
        opening = opens if wanted < opens else day_start(day + timedelta(days=1), zone, policy.opens_at)
        return opening + timedelta(minutes=self.draws.between(0, 90, "opening", number, attempt))

    def reviewed_at(self, given_up: datetime) -> datetime:
        """When somebody looks at a citizen who was never reached (核实)."""
        return given_up + timedelta(hours=self.draws.between(2, 48, "review"))

    def answered_at(self, issued: datetime, order: str) -> datetime | None:
        """When a unit answers an order of supervision (督办回复); some never do."""
        if not self.draws.happens(_ANSWER_SHARE, "answers", order):
            return None
        return issued + timedelta(hours=self.draws.between(4, 80, "supervision", order))

    def _hours(self, median: float, spread: float, *of: object) -> float:
        return min(self.draws.around(median, spread, *of), 24 * 20)


def _within(hours: float, start: datetime, done: datetime | None, share: float) -> timedelta:
    """So many hours, or, when it was done sooner, a share of the time that was taken."""
    drawn = timedelta(hours=hours)
    if done is None:
        return drawn
    return min(drawn, max(done - start, _MOMENT) * share)
