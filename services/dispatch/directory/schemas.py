"""What the directory takes and answers; ``/directory/terms`` explains its words."""

from enum import StrEnum
from typing import Annotated, Any

from pydantic import AwareDatetime, ConfigDict, Field

from libs.common.pack.schema import AreaLevel, UnitLevel
from libs.common.web.cursors import PageQuery
from libs.common.web.fields import AnswerBody, AreaCode, CategoryCode, RequestBody
from services.dispatch.cases.schemas import Inside


class PublishPack(RequestBody):
    """A whole county pack (县包) as one document: what ``huiyin pack check`` accepts."""

    model_config = ConfigDict(extra="allow")


class PublishQuery(RequestBody):
    """How to take it."""

    dry_run: Annotated[
        bool, Field(description="Only tell what it would be and which open cases it concerns; nothing changes (试运行)")
    ] = False


class AreasQuery(PageQuery):
    """Areas of one level, or below one of them."""

    area_code: Inside = None
    level: AreaLevel | None = None


class UnitsQuery(PageQuery):
    """Units of one level, or of one area."""

    area_code: Annotated[AreaCode | None, Field(description="Units whose area is this one or inside it")] = None
    level: UnitLevel | None = None


class CategoriesQuery(PageQuery):
    """Categories below one of them."""

    parent: Annotated[CategoryCode | None, Field(description="Only what stands directly under it")] = None


class Concern(StrEnum):
    """What a pack no longer has and open cases use."""

    AREA = "area"
    UNIT = "unit"
    CATEGORY = "category"

    @property
    def column(self) -> str:
        """Where a case has it."""
        return "lead_unit" if self is Concern.UNIT else f"{self.value}_code"


class ConcernOut(AnswerBody):
    """A code that a pack does not have and open cases use (受影响的在办件), and what becomes of these cases."""

    what: Concern
    code: str
    name: str
    successor: Annotated[str | None, Field(description="What the packs say it was merged into (并入)")]
    cases: Annotated[int, Field(description="Open cases that use it")]
    case_nos: Annotated[list[str], Field(description="The first hundred of them")]
    outcome: str
    outcome_zh: str


class PackOut(AnswerBody):
    """A version of the county pack. ``published`` says whether this request made it.

    ``concerned`` is told when a pack is published or tried: what it means for cases that are open.
    """

    pack_version: int
    place_code: str
    edition: str
    digest: str
    effective_from: AwareDatetime
    published: bool = False
    document: dict[str, Any] | None = None
    concerned: list[ConcernOut] = Field(default_factory=list)


class AreaOut(AnswerBody):
    """区域."""

    code: str
    name: str
    name_en: str
    level: AreaLevel
    kind: Annotated[
        str | None, Field(description="What the place calls it, by code, where it has a word of its own")
    ] = None
    called: Annotated[str, Field(description="What the place calls it (区域类型), such as 片区", examples=["片区"])]
    called_en: str
    parent: str | None
    people: Annotated[int | None, Field(description="How many people live there (服务人口); null: not known")] = None


class UnitOut(AnswerBody):
    """单位."""

    code: str
    name: str
    name_en: str
    level: UnitLevel
    area_code: str
    parent: str | None
    size_class: str
    office: Annotated[str | None, Field(description="What an office of a town is called, whatever the town")]


class CategoryOut(AnswerBody):
    """类别."""

    code: str
    name: str
    name_en: str
    parent: str | None


class Term(AnswerBody):
    """One word of a closed list."""

    code: str
    zh: str
    en: str


class TermsOut(AnswerBody):
    """Every closed list that answers of dispatch use, with its labels."""

    lists: dict[str, list[Term]]
    most_points: Annotated[
        dict[str, int], Field(description="Of each `score_criterion`: how many points there are (评分项满分)")
    ]
    must_be_met: Annotated[
        list[str], Field(description="Of `done_criterion`: without which a whistle is not done (必须达到)")
    ]
