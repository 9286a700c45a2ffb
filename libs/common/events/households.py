"""Events about households (户): what is known of each that may travel. Who lives there stays in intake's vault."""

from datetime import date
from typing import ClassVar

from libs.common.events.base import SaidByHand
from libs.common.events.household_terms import (
    AwayFound,
    HouseholdClass,
    HouseholdFact,
    HouseholdStep,
    MutedFor,
    PolicyAnswer,
    VisitEvery,
)


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


class HouseholdErased(HouseholdEvent):
    """删除户内信息: the key of all that is sealed of it was destroyed; it is found by phone and door no more.

    ``was`` and ``now`` are digests as ``sealed``. The reason is masked.
    """

    type_name: ClassVar[str] = "cn.huiyin.household.erased"

    reason: str
    agreed_by: str
    """Who agreed, beside whoever did it."""
    was: str
    now: str
    photos: int = 0
    """How many photos of visits went with it."""


class HouseholdRevealed(HouseholdEvent):
    """查看户情: somebody looked at who lives there. The reason is masked."""

    type_name: ClassVar[str] = "cn.huiyin.household.revealed"

    look_id: str
    reason: str
    fields: tuple[str, ...]


class HouseholdNoted(HouseholdEvent):
    """敏感情况登记: something that is for few was written down, corrected, or taken away (``cleared``).

    ``number`` counts what is kept of the household, ``correction`` how often that was written. Neither what it is about
    nor a word of it is told; ``sealed`` is a digest of what the vault keeps.
    """

    type_name: ClassVar[str] = "cn.huiyin.household.noted"

    number: int
    correction: int
    cleared: bool = False
    sealed: str


class HouseholdMatched(HouseholdEvent):
    """资源对接: a person confirmed that what another household has to give fits a need of this one.

    ``need`` is the kind of household, or the topic of a visit, that the pack's rule names.
    """

    type_name: ClassVar[str] = "cn.huiyin.household.matched"

    match_id: str
    giver_id: str
    resource: str
    need: str
    why: str = ""
    """Masked."""


class HouseholdUnmatched(HouseholdEvent):
    """解除对接: it fits no more, or never did."""

    type_name: ClassVar[str] = "cn.huiyin.household.unmatched"

    match_id: str
    why: str
    """Masked."""


class AwayLooked(HouseholdEvent):
    """外出甄别: somebody found out whether people of the household are away for work, and since when.

    ``to_code`` is the province or county where they went (行政区划代码), six digits, and nothing finer.
    """

    type_name: ClassVar[str] = "cn.huiyin.household.away_looked"

    look_id: str
    away: bool
    how: AwayFound
    on_day: date
    since: date | None = None
    to_code: str | None = None
    expected_back: date | None = None
    why: str = ""
    """Masked."""


class PolicyMatched(HouseholdEvent):
    """政策匹配: by its step ``version`` the household became of a kind or class for which the place has these policies.

    Somebody looks at it and says what became of each.
    """

    type_name: ClassVar[str] = "cn.huiyin.household.policy_matched"

    version: int
    policies: tuple[str, ...]
    holds_from: date


class PolicyAnswered(HouseholdEvent):
    """政策落实: what became of a policy, for all steps up to ``until_version`` that it was matched by and that were not
    granted yet.
    """

    type_name: ClassVar[str] = "cn.huiyin.household.policy_answered"

    policy: str
    until_version: int
    answer: PolicyAnswer
    on_day: date
    why: str = ""
    """Masked."""
