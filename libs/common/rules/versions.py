"""Optimistic locking: a thing's ETag is its version, and a change names the version it was decided on (If-Match)."""

import re
from dataclasses import dataclass

from libs.common.errors import Invalid, MissingPrecondition, StaleVersion, invalid

_TAG = re.compile(r'\s*(?:W/)?"([0-9]{1,10})"\s*')
_MOST_TAGS = 20


@dataclass(frozen=True, slots=True)
class ExpectedVersion:
    """What If-Match said: one of some versions, or any (``*``)."""

    versions: frozenset[int]
    any_version: bool = False

    def matches(self, actual: int) -> bool:
        """Whether a thing of this version may be changed."""
        return self.any_version or actual in self.versions


ANY_VERSION = ExpectedVersion(frozenset(), any_version=True)


def etag(version: int) -> str:
    """``"3"``."""
    return f'"{version}"'


def parse_if_match(header: str | None) -> ExpectedVersion:
    """Read If-Match: ``"3"``, ``W/"3"``, ``"3", "4"`` or ``*``.

    Raises:
        MissingPrecondition: there is no such header.
        Invalid: it holds anything else.
    """
    if header is None:
        raise MissingPrecondition("Send the ETag you read as If-Match", "请在 If-Match 中提供所读取的 ETag")
    if header.strip() == "*":
        return ANY_VERSION
    tags = header.split(",")
    found = [_TAG.fullmatch(tag) for tag in tags]
    if len(tags) > _MOST_TAGS or not all(found):
        raise _unreadable()
    return ExpectedVersion(frozenset(int(match[1]) for match in found if match))


def check_version(expected: ExpectedVersion | int, actual: int) -> None:
    """StaleVersion unless ``actual`` is expected. Ask for the right to see and change the thing first."""
    matches = expected.matches(actual) if isinstance(expected, ExpectedVersion) else expected == actual
    if not matches:
        raise StaleVersion(
            f"Its version is {actual} now; read it again",
            f"当前版本为 {actual}，请重新读取",
            extra={"current_version": actual},
            headers={"ETag": etag(actual)},
        )


def _unreadable() -> Invalid:
    return invalid("If-Match", 'must be an ETag such as "3", a list of them, or *', '须为 "3" 形式的 ETag、其列表或 *')
