"""The metrics catalogue is what is exported, and it is safe to build it twice."""

import importlib
import sys

import pytest
from prometheus_client import REGISTRY
from prometheus_client.metrics import MetricWrapperBase
from prometheus_client.parser import text_string_to_metric_families

from libs.common import metrics


def constants() -> dict[str, MetricWrapperBase]:
    return {name: value for name, value in vars(metrics).items() if isinstance(value, MetricWrapperBase)}


def test_each_constant_is_its_metric_in_capitals_and_stands_in_the_catalogue() -> None:
    assert sorted(constants()) == sorted(doc.name.upper() for doc in metrics.CATALOGUE)
    for name, metric in constants().items():
        exported = {family.name for family in metric.describe()}
        assert exported == {name.lower().removesuffix("_total")}


def test_names_follow_the_open_metrics_rules() -> None:
    names = [doc.name for doc in metrics.CATALOGUE]
    assert len(names) == len(set(names))
    for doc in metrics.CATALOGUE:
        assert doc.name.endswith("_total") == (doc.kind is metrics.Kind.COUNTER), doc.name
        assert doc.meaning.endswith("."), doc.name
        assert doc.what_to_do.endswith("."), doc.name


def test_no_label_can_hold_a_person_or_a_case() -> None:
    allowed = {
        "service", "route", "method", "code", "consumer", "type", "result", "topic", "partition",
        "client", "state", "deadline", "kind", "invariant", "pool",
    }  # fmt: skip
    assert {label for doc in metrics.CATALOGUE for label in doc.labels} <= allowed


def test_labels_of_the_catalogue_are_those_of_the_metric() -> None:
    for doc in metrics.CATALOGUE:
        metric = constants()[doc.name.upper()]
        if doc.labels:
            metric.labels(*["x"] * len(doc.labels))
            with pytest.raises(ValueError, match="label"):
                metric.labels(*["x"] * (len(doc.labels) + 1))
        else:
            with pytest.raises(ValueError, match="label"):
                metric.labels("x")


def test_a_second_import_gives_the_same_metrics(monkeypatch: pytest.MonkeyPatch) -> None:
    reloaded = importlib.reload(metrics)
    assert reloaded.HTTP_REQUESTS_TOTAL is constants()["HTTP_REQUESTS_TOTAL"]
    monkeypatch.delitem(sys.modules, "libs.common.metrics")
    again = importlib.import_module("libs.common.metrics")
    assert again.HTTP_REQUESTS_TOTAL is metrics.HTTP_REQUESTS_TOTAL
    assert len(again.CATALOGUE) == len(metrics.CATALOGUE)


def test_render_gives_what_a_scrape_can_read() -> None:
    metrics.RELAY_SENT_TOTAL.labels(service="render-test").inc(3)
    body, content_type = metrics.render()
    assert content_type.startswith("text/plain")
    families = {family.name: family for family in text_string_to_metric_families(body.decode())}
    samples = [sample for sample in families["relay_sent"].samples if sample.labels == {"service": "render-test"}]
    assert [sample.value for sample in samples] == [3.0]


def test_render_speaks_open_metrics_when_asked() -> None:
    body, content_type = metrics.render("application/openmetrics-text; version=1.0.0")
    assert content_type.startswith("application/openmetrics-text")
    assert body.endswith(b"# EOF\n")


def test_the_default_registry_also_tells_about_the_process() -> None:
    assert REGISTRY.get_sample_value("process_resident_memory_bytes")


def test_the_table_has_a_row_for_each_metric() -> None:
    rows = metrics.markdown().splitlines()
    assert len(rows) == len(metrics.CATALOGUE) + 2
    assert all(row.count(" | ") == 4 for row in rows[2:])
    assert "| `consumer_lag_records` | gauge | `service`, `topic`, `partition` |" in metrics.markdown()
