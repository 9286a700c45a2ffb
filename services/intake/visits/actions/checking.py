"""What of a visit can be wrong, each named by its field, before anything is written."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from libs.common.errors import Invalid, invalid
from libs.common.events.visit_terms import FindingKind, VisitOutcome
from libs.common.pack.directory import Directory
from libs.common.pack.schema import FindingSetting
from libs.common.pack.visit_words import finding, material, purpose, topic
from services.intake.raised.actions.checking import check_answers
from services.intake.raised.schemas import MatterIn
from services.intake.visits.domain import is_served

_HEARD = (VisitOutcome.REACHED, VisitOutcome.BY_PHONE)
_TOLD_BY = {FindingKind.YES_NO: bool, FindingKind.NUMBER: int, FindingKind.WORDS: str}


def check_words(directory: Directory, told: Mapping[str, Any], outcome: VisitOutcome) -> None:
    """Every code is one of the pack's, and what was done can have been done at such a visit. Invalid."""
    rules = directory.pack.visits
    for part, known in (("purposes", purpose), ("materials", material), ("topics", topic)):
        for code in told[part]:
            known(rules, code)
    for code, value in told["findings"].items():
        _check_finding(finding(rules, code), value)
    if told["place_code"] is not None:
        try:
            directory.area(told["place_code"])
        except Invalid as error:
            wrong = error.fields[0]
            raise invalid("place_code", wrong.message, wrong.message_zh) from error
    if not is_served(outcome, told["purposes"]):
        raise invalid(
            "purposes", "are served where somebody was reached, and nowhere else", "未见到人的走访不得填写到户事项"
        )


def check_matters(matters: Sequence[MatterIn], outcome: VisitOutcome) -> None:
    """Somebody raised them, and each says what was done or explained unless it becomes a case. Invalid."""
    if matters and outcome not in _HEARD:
        raise invalid(
            "matters", "are raised by somebody who was reached, or on the phone", "未联系到人的走访不得登记诉求"
        )
    check_answers(matters)


def check_day(first_day: date, day: date) -> None:
    """The register knew the household. Invalid."""
    if day < first_day:
        message = f"is before the household's first day, {first_day}"
        raise invalid("started_at", message, f"早于该户在册首日（{first_day}）")


def _check_finding(setting: FindingSetting, value: object) -> None:
    kind = _TOLD_BY[setting.kind]
    # To Python a yes is a number, too.
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise invalid(f"findings/{setting.code}", f"is told by {setting.kind.value}", f"类型应为 {setting.kind.value}")
