"""Events about households (户): what is known of each that may travel. Who lives there stays in intake's vault."""

from datetime import date
from typing import ClassVar

from libs.common.events.base import SaidByHand
from libs.common.events.household_terms import HouseholdClass, HouseholdFact, HouseholdStep, MutedFor, VisitEvery


class HouseholdEvent(SaidByHand):
    """About one household."""

    household_id: str

    @property
    def key(self) -> str:
        return self.household_id


class HouseholdRecorded(HouseholdEvent):
    """A step of a household (户变动). The facts that are ``changed`` hold from a day on; the others are as they were.

    Of two words about one fact that of the later day holds, and of one day the later word: so any day can be asked for,
    in whatever order the words came. ``sealed`` is a digest of what the vault keeps.
    """

    type_name: ClassVar[str] = "cn.huiyin.household.recorded"

    version: int
    step: HouseholdStep
    holds_from: date
    changed: tuple[HouseholdFact, ...] = ()
    area_code: str
    """Where it is by this word; where that is not what changed, by all that is known now."""
    household_class: HouseholdClass | None = None
    kinds: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    visit_every: VisitEvery | None = None
    contact_staff_id: str | None = None
    muted_for: MutedFor | None = None
    wished: MutedFor | None = None
    """For what it shall be muted (静默申请): nothing holds before somebody else has confirmed it."""
    split_from: str | None = None
    merged_into: str | None = None
    why: str = ""
    """Masked."""
    sealed: str | None = None


class HouseholdResealed(HouseholdEvent):
    """户信息重新密封: its phone or its door is found by another key of the index; by digests as ``sealed``."""

    type_name: ClassVar[str] = "cn.huiyin.household.resealed"

    was: str
    now: str


class HouseholdRevealed(HouseholdEvent):
    """查看户情: somebody looked at who lives there. The reason is masked."""

    type_name: ClassVar[str] = "cn.huiyin.household.revealed"

    look_id: str
    reason: str
    fields: tuple[str, ...]
