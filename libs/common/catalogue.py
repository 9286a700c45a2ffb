"""What a metric is here: built and documented by one call, so that the documents cannot differ from what is told."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from prometheus_client import REGISTRY, Counter, Gauge, Histogram, Info
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics import MetricWrapperBase

PREFIX = "huiyin_"
"""Begins every name, so that nobody else's metric can be taken for one of ours."""


class MetricKind(StrEnum):
    """The kinds of metric in use."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class MetricDoc:
    """What an operator has to know about one metric."""

    name: str
    kind: MetricKind
    labels: tuple[str, ...]
    meaning: str
    what_to_do: str


# Upper bounds in seconds. A request is answered or given up within 10 s.
REQUEST_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

_M = TypeVar("_M", bound=MetricWrapperBase)
_documented: dict[str, MetricDoc] = {}
_built: dict[str, MetricWrapperBase] = {}


def _document(doc: MetricDoc, kind: type[_M], build: Callable[[], _M]) -> _M:
    """The metric; the one of before when the catalogue is imported again, since the registry refuses a second one."""
    _documented[doc.name] = doc
    found = _built.get(doc.name)
    if found is None:
        found = _built[doc.name] = build()
    if not isinstance(found, kind):
        raise TypeError(f"{doc.name} is a {type(found).__name__} already")
    return found


def counter(name: str, labels: Sequence[str], meaning: str, what_to_do: str) -> Counter:
    doc = MetricDoc(name, MetricKind.COUNTER, tuple(labels), meaning, what_to_do)
    return _document(doc, Counter, lambda: Counter(name, meaning, labels))


def gauge(name: str, labels: Sequence[str], meaning: str, what_to_do: str) -> Gauge:
    doc = MetricDoc(name, MetricKind.GAUGE, tuple(labels), meaning, what_to_do)
    return _document(doc, Gauge, lambda: Gauge(name, meaning, labels))


def histogram(
    name: str, labels: Sequence[str], meaning: str, what_to_do: str, buckets: Sequence[float] = REQUEST_BUCKETS
) -> Histogram:
    doc = MetricDoc(name, MetricKind.HISTOGRAM, tuple(labels), meaning, what_to_do)
    return _document(doc, Histogram, lambda: Histogram(name, meaning, labels, buckets=buckets))


def info(name: str, labels: Sequence[str], meaning: str, what_to_do: str) -> Info:
    """``name`` ends in ``_info``; the labels are said by ``info(...)``, not beforehand."""
    doc = MetricDoc(name, MetricKind.INFO, tuple(labels), meaning, what_to_do)
    return _document(doc, Info, lambda: Info(name.removesuffix("_info"), meaning))


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
