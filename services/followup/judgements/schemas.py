"""What is asked and shown of judgements."""

from collections.abc import Sequence
from typing import Annotated, Self

from pydantic import AwareDatetime, Field

from libs.common.events.terms import Merit, Petition
from libs.common.security.veil import Veil
from libs.common.web.cursors import PageQuery
from libs.common.web.fields import AnswerBody, AreaCode, CaseId, Flag, Reason, RequestBody, UnitCode, Version
from services.followup.cases.tables import Case
from services.followup.judgements.domain import ExclusionState, Judged
from services.followup.judgements.tables import ExclusionRow, JudgementEntry

ReasonCode = Annotated[
    str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$", description="Of the county pack's `exclusions` (原因代码)")
]


class ClassifyPetition(RequestBody):
    """信访类别认定: what kind of petition the case is from now on; null when it is none."""

    petition: Petition | None
    reason: Reason


class JudgeDemand(RequestBody):
    """诉求认定: whether what the citizen asks for is reasonable, and what will be done then."""

    merit: Merit
    reason: Reason
    plan: Annotated[
        Reason | None,
        Field(
            description="What will be done, by whom and until when (方案); only where something is reasonable, and "
            "there always where the pack asks for it (`petitions.plan_at_once`)"
        ),
    ] = None
    together: Annotated[
        tuple[UnitCode, ...],
        Field(max_length=20, description="The units that looked into it together on the spot (会诊单位)"),
    ] = ()


class JudgementOut(AnswerBody):
    """What somebody decided (认定)."""

    number: Annotated[int, Field(description="Which of the case's, from 1")]
    what: Judged
    word: Annotated[str | None, Field(description="Of `Petition` or `Merit`; null when it is no petition after all")]
    reason: str
    plan: Annotated[str | None, Field(description="What will be done, where a demand is reasonable (方案)")]
    together: Annotated[list[str], Field(description="The units that looked into it together (会诊单位)")]
    who: str | None
    unit_code: str | None
    at: AwareDatetime

    @classmethod
    def of(cls, entry: JudgementEntry, veil: Veil | None) -> Self:
        """From its row."""
        shown = cls.model_validate(entry, from_attributes=True)
        if veil is None:
            return shown
        return shown.model_copy(update={"who": None, "unit_code": None, "at": veil.day(shown.at)})


class AskExclusion(RequestBody):
    """不计入考核申请: by a unit that handled the case."""

    case_id: CaseId
    reason_code: ReasonCode
    evidence: Annotated[Reason, Field(description="What shows it (佐证)")]


class DecideExclusion(RequestBody):
    """不计入考核审定."""

    granted: Flag
    note: Reason


class RevokeExclusion(RequestBody):
    """恢复计入考核."""

    note: Reason


class ExclusionsQuery(PageQuery):
    """What the list is narrowed to."""

    state: ExclusionState | None = None
    case_id: CaseId | None = None
    unit_code: UnitCode | None = None
    area_code: AreaCode | None = None


class ExclusionOut(AnswerBody):
    """A unit's wish that a case be not counted (不计入考核), and what was decided."""

    exclusion_id: str
    case_id: str
    case_no: str
    area_code: str
    unit_code: Annotated[str, Field(description="The unit that asked")]
    reason_code: str
    evidence: str
    asked_by: str | None
    asked_at: AwareDatetime
    state: ExclusionState
    decided_by: str | None
    decided_by_unit: str | None
    decided_at: AwareDatetime | None
    decision_note: str | None
    revoked_by: str | None
    revoked_by_unit: str | None
    revoked_at: AwareDatetime | None
    revocation_note: str | None
    version: Version

    @classmethod
    def of(cls, row: ExclusionRow, case: Case, veil: Veil | None = None) -> Self:
        """With its case."""
        kept = {name: getattr(row, name) for name in _KEPT}
        area = case.area_code if veil is None else veil.area(case.area_code)
        return cls(case_no=case.case_no, area_code=area, **kept)


_KEPT = ExclusionOut.model_fields.keys() - {"case_no", "area_code"}


class JudgementsOut(AnswerBody):
    """How a case counts, and everything that was decided about it."""

    case_id: str
    petition: Annotated[Petition | None, Field(description="As last classified (信访类别)")]
    merit: Annotated[Merit | None, Field(description="As last judged (诉求是否合理)")]
    not_counted: Annotated[bool, Field(description="Whether it is left out of the rates (不计入考核)")]
    judgements: list[JudgementOut]
    exclusions: list[ExclusionOut]

    @classmethod
    def of(
        cls,
        case: Case,
        judgements: Sequence[JudgementEntry],
        exclusions: Sequence[ExclusionRow],
        veil: Veil | None,
    ) -> Self:
        """From the rows of a case, oldest first. Under a veil nobody is told who judged: that may be
        whoever took it in."""
        words = {entry.what: entry.word for entry in judgements}
        petition, merit = words.get(Judged.PETITION), words.get(Judged.MERIT)
        return cls(
            case_id=case.case_id,
            petition=None if petition is None else Petition(petition),
            merit=None if merit is None else Merit(merit),
            not_counted=any(row.state is ExclusionState.GRANTED for row in exclusions),
            judgements=[JudgementOut.of(entry, veil) for entry in judgements],
            exclusions=[ExclusionOut.of(row, case, veil) for row in exclusions],
        )
