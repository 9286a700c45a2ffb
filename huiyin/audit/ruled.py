"""A duty rule is tried before another person decides on it, and ends once (I5)."""

from collections.abc import Iterator

from libs.common.events import duty_rules
from libs.common.rules.apart import names_of

RULED = duty_rules.DutyRuleEvent
"""What stands under the key of the case whose ruling a rule comes of, wherever that case stands."""


class DutyRules:
    """The rules that came of the rulings in one case."""

    def __init__(self) -> None:
        self._proposed: dict[str, duty_rules.DutyRuleProposed] = {}
        self._tried: set[str] = set()
        self._stands: dict[str, bool] = {}
        """Of each that was decided, whether it is in force."""

    def problems(self, event: duty_rules.DutyRuleEvent) -> Iterator[str]:
        """What was not allowed of the next event."""
        if isinstance(event, duty_rules.DutyRuleProposed):
            self._proposed[event.rule_id] = event
            return
        before = self._proposed.get(event.rule_id)
        if before is None:
            yield "nobody proposed that rule"
        elif isinstance(event, duty_rules.DutyRuleTried):
            self._tried.add(event.rule_id)
        elif isinstance(event, duty_rules.DutyRuleDecided):
            if event.rule_id in self._stands or event.rule_id not in self._tried:
                yield "it was decided before, or no dry run was made of it"
            if not names_of(event.by, event.by_staff).isdisjoint(names_of(before.by, before.by_staff)):
                yield "whoever proposed the rule decided on it"
            self._stands[event.rule_id] = event.approved
        elif not self._stands.pop(event.rule_id, False):
            yield "a rule ended that was not in force"
