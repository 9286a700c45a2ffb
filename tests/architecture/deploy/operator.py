"""The shape of what the Prometheus Operator takes (monitoring.coreos.com/v1): as much of it as we use.

Its schemas come with no package; the rules themselves are checked by promtool, the rest is these fields.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

Duration = Annotated[str, StringConstraints(pattern=r"^(\d+h)?(\d+m)?(\d+s)?$", min_length=2)]
Labels = dict[str, str]


class Shape(BaseModel):
    """A mapping; a misspelt key is a fault, as it is for a strict apply."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Metadata(Shape):
    """Of a resource."""

    name: str
    namespace: Literal["huiyin"]
    labels: Labels = Field(default_factory=dict)


class Expression(Shape):
    """One of ``matchExpressions``."""

    key: str
    operator: Literal["In", "NotIn", "Exists", "DoesNotExist"]
    values: list[str] = Field(default_factory=list)


class Selector(Shape):
    """Of pods."""

    matchLabels: Labels  # noqa: N815 - Kubernetes's name
    matchExpressions: list[Expression] = Field(default_factory=list)  # noqa: N815 - the same


class Relabeling(Shape):
    """What becomes of a target's labels."""

    sourceLabels: list[str]  # noqa: N815 - the operator's name
    targetLabel: str  # noqa: N815 - the same
    separator: str = ";"


class Endpoint(Shape):
    """Where a pod is asked."""

    port: str
    path: str
    interval: Duration
    relabelings: list[Relabeling] = Field(default_factory=list)


class PodMonitorSpec(Shape):
    """Which pods are asked."""

    jobLabel: str  # noqa: N815 - the operator's name
    selector: Selector
    podMetricsEndpoints: list[Endpoint]  # noqa: N815 - the same


class PodMonitor(Shape):
    """The resource."""

    apiVersion: Literal["monitoring.coreos.com/v1"]  # noqa: N815 - Kubernetes's name
    kind: Literal["PodMonitor"]
    metadata: Metadata
    spec: PodMonitorSpec


class Rule(Shape):
    """An alert or a recorded series."""

    alert: str | None = None
    record: str | None = None
    expr: str
    wait: Duration | None = Field(default=None, alias="for")
    labels: Labels = Field(default_factory=dict)
    annotations: Labels = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_of_both(self) -> "Rule":
        if (self.alert is None) == (self.record is None):
            raise ValueError("is either an alert or recorded")
        return self


class Group(Shape):
    """Rules that are looked at in turn."""

    name: str
    rules: list[Rule]


class PrometheusRuleSpec(Shape):
    """What a rule file holds."""

    groups: list[Group]


class PrometheusRule(Shape):
    """The resource."""

    apiVersion: Literal["monitoring.coreos.com/v1"]  # noqa: N815 - Kubernetes's name
    kind: Literal["PrometheusRule"]
    metadata: Metadata
    spec: PrometheusRuleSpec


KINDS: Mapping[str, type[Shape]] = {"PodMonitor": PodMonitor, "PrometheusRule": PrometheusRule}


def complaint(body: Mapping[str, Any]) -> str:
    """What is wrong with a resource of the operator; nothing when it has its shape."""
    try:
        KINDS[body["kind"]].model_validate(body)
    except ValidationError as error:
        return "; ".join(f"{'.'.join(map(str, found['loc']))}: {found['msg']}" for found in error.errors())
    return ""


def chooses(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """Whether a selector takes what has these labels."""
    for one in selector.get("matchExpressions", []):
        value = labels.get(one["key"])
        kept = {
            "In": value in one.get("values", []),
            "NotIn": value not in one.get("values", []),
            "Exists": value is not None,
            "DoesNotExist": value is None,
        }
        if not kept[one["operator"]]:
            return False
    wanted: Mapping[str, str] = selector.get("matchLabels", {})
    return wanted.items() <= labels.items()
