"""Who makes up a team (队伍构成): the parts of a rule such as 1+2+N, and what is wrong with who would fill them."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from libs.common.errors import FieldError, Invalid


@dataclass(frozen=True, slots=True)
class Part:
    """队伍构成: one part of a rule, filled by ``fewest`` to ``most`` people; any number without ``most``."""

    code: str
    name: str
    name_en: str
    fewest: int
    most: int | None

    @property
    def shape(self) -> str:
        """How many, as people write it: ``2``, ``3-5``, ``N``."""
        if self.most is None:
            return "N" if self.fewest <= 1 else f"{self.fewest}+"
        return str(self.most) if self.fewest == self.most else f"{self.fewest}-{self.most}"


@dataclass(frozen=True, slots=True)
class TeamComposition:
    """队伍规则: the parts of one kind of team."""

    code: str
    name: str
    name_en: str
    parts: tuple[Part, ...]

    @property
    def shape(self) -> str:
        """All parts, as people call the rule: ``1+2+N``."""
        return "+".join(part.shape for part in self.parts)


@dataclass(frozen=True, slots=True)
class Member:
    """Who is to fill which part."""

    staff_id: str
    part: str


class AgainstTheRule(Invalid):
    """A team that is not as the pack's rule says; ``rule`` and ``part`` name what it goes against."""

    type = "team-rule"
    title, title_zh = "The team is not as its rule says", "队伍构成不符合规则"


def check_members(rule: TeamComposition, members: Sequence[Member], fits: Callable[[Member], bool]) -> None:
    """AgainstTheRule, naming the rule and each part that is not filled as it says; ``fits``: by a post of the part."""
    found = [*_faults(rule, members, fits)]
    if found:
        fields = [fault for _, fault in found]
        name = f"{rule.name_en} ({rule.shape})"
        raise AgainstTheRule(
            f"{name}: {'; '.join(fault.message for fault in fields)}",
            f"{rule.name}（{rule.shape}）：{'；'.join(fault.message_zh for fault in fields)}",
            fields=fields,
            extra={"rule": rule.code, "parts": sorted({part for part, _ in found})},
        )


def _faults(
    rule: TeamComposition, members: Sequence[Member], fits: Callable[[Member], bool]
) -> Iterator[tuple[str, FieldError]]:
    parts = {part.code: part for part in rule.parts}
    for index, member in enumerate(members):
        part = parts.get(member.part)
        if part is None:
            listed = ", ".join(parts)
            message, message_zh = f"there is no part {member.part}, only {listed}", f"没有“{member.part}”这一构成"
            yield member.part, FieldError(f"members/{index}/part", message, message_zh)
        elif member.staff_id in {other.staff_id for other in members[:index]}:
            message, message_zh = f"{member.staff_id} stands here twice", f"{member.staff_id} 重复"
            yield part.code, FieldError(f"members/{index}/staff_id", message, message_zh)
        elif not fits(member):
            message = f"{member.staff_id} holds no post of the part '{part.name_en}' for this area on all its days"
            message_zh = f"{member.staff_id} 在全部出队日期未任该区域“{part.name}”应任的岗位"
            yield part.code, FieldError(f"members/{index}/staff_id", message, message_zh)
    for part, many in short_or_over(rule, Counter(member.part for member in members)):
        message = f"'{part.name_en}' has {many}, and is {part.shape}"
        yield part.code, FieldError("members", message, f"“{part.name}”为 {many} 人，应为 {part.shape} 人")


def short_or_over(rule: TeamComposition, filled: Mapping[str, int]) -> Iterator[tuple[Part, int]]:
    """The parts that have too few people, or too many, and how many they have."""
    for part in rule.parts:
        many = filled.get(part.code, 0)
        if many < part.fewest or (part.most is not None and many > part.most):
            yield part, many
