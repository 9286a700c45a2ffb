"""What a metric is here: built and documented by one call, so that the documents cannot differ from what is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from prometheus_client import REGISTRY, Counter, Gauge, Histogram
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics import MetricWrapperBase


class Kind(StrEnum):
    """The three kinds of metric in use."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


@dataclass(frozen=True, slots=True)
class MetricDoc:
    """What an operator has to know about one metric."""

    name: str
    kind: Kind
    labels: tuple[str, ...]
    meaning: str
    what_to_do: str


# Upper bounds in seconds. A request is answered or given up within 10 s.
REQUEST_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

_M = TypeVar("_M", bound=MetricWrapperBase)
_documented: dict[str, MetricDoc] = {}


def _registered(kind: type[_M], name: str) -> _M | None:
    """The metric of an earlier import of this module: the default registry outlives it and refuses a second one."""
    found = vars(REGISTRY)["_names_to_collectors"].get(name)
    return found if isinstance(found, kind) else None


def _document(kind: Kind, name: str, labels: Sequence[str], meaning: str, what_to_do: str) -> None:
    _documented[name] = MetricDoc(name, kind, tuple(labels), meaning, what_to_do)


def counter(name: str, labels: Sequence[str], meaning: str, what_to_do: str) -> Counter:
    _document(Kind.COUNTER, name, labels, meaning, what_to_do)
    return _registered(Counter, name) or Counter(name, meaning, labels)


def gauge(name: str, labels: Sequence[str], meaning: str, what_to_do: str) -> Gauge:
    _document(Kind.GAUGE, name, labels, meaning, what_to_do)
    return _registered(Gauge, name) or Gauge(name, meaning, labels)


def histogram(
    name: str, labels: Sequence[str], meaning: str, what_to_do: str, buckets: Sequence[float] = REQUEST_BUCKETS
) -> Histogram:
    _document(Kind.HISTOGRAM, name, labels, meaning, what_to_do)
    return _registered(Histogram, name) or Histogram(name, meaning, labels, buckets=buckets)


def documented() -> tuple[MetricDoc, ...]:
    """All that was built so far, in order."""
    return tuple(_documented.values())


def markdown() -> str:
    """The catalogue as a Markdown table, for docs/operations.md."""
    rows = ["| metric | kind | labels | meaning | what to do |", "|---|---|---|---|---|"]
    for doc in documented():
        labels = ", ".join(f"`{label}`" for label in doc.labels) or "-"
        rows.append(f"| `{doc.name}` | {doc.kind} | {labels} | {doc.meaning} | {doc.what_to_do} |")
    return "\n".join(rows) + "\n"


def render(accept: str = "") -> tuple[bytes, str]:
    """The body and the content type of ``GET /metrics``, in the format that the Accept header asks for."""
    encode, content_type = choose_encoder(accept)
    return encode(REGISTRY), content_type
