"""A person's request to change something."""

from dataclasses import dataclass

from libs.common.rules.machine import Actor
from libs.common.rules.versions import ANY_VERSION, ExpectedVersion, check_version
from libs.common.security.policy import Scope


@dataclass(frozen=True, slots=True)
class Request:
    """Who asks, over which rows, and decided on which version; on any where it makes something new."""

    actor: Actor
    scope: Scope
    expected: ExpectedVersion = ANY_VERSION

    def check_version(self, actual: int) -> None:
        """StaleVersion unless it was decided on this one. Ask first whether the thing may be seen and changed."""
        check_version(self.expected, actual)
