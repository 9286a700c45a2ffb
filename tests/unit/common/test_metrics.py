"""The metrics catalogue is what is exported, and it is safe to build it twice."""

import importlib
import platform
import subprocess
import sys

import pytest
from prometheus_client import REGISTRY
from prometheus_client.metrics import MetricWrapperBase
from prometheus_client.parser import text_string_to_metric_families

from libs.common import ledger_metrics, metrics, visit_metrics


def constants() -> dict[str, MetricWrapperBase]:
    named = {**vars(metrics), **vars(ledger_metrics), **vars(visit_metrics)}
    return {name: value for name, value in named.items() if isinstance(value, MetricWrapperBase)}


def constant_of(doc: metrics.MetricDoc) -> str:
    return doc.name.removeprefix(metrics.PREFIX).upper()


def test_each_constant_is_its_metric_in_capitals_and_stands_in_the_catalogue() -> None:
    assert sorted(constants()) == sorted(constant_of(doc) for doc in metrics.CATALOGUE)
    for doc in metrics.CATALOGUE:
        exported = {family.name for family in constants()[constant_of(doc)].describe()}
        assert exported == {doc.name.removesuffix("_total").removesuffix("_info")}


def test_every_name_says_whose_metric_it_is() -> None:
    assert [doc.name for doc in metrics.CATALOGUE if not doc.name.startswith("huiyin_")] == []


def test_names_follow_the_open_metrics_rules() -> None:
    names = [doc.name for doc in metrics.CATALOGUE]
    assert len(names) == len(set(names))
    for doc in metrics.CATALOGUE:
        assert doc.name.endswith("_total") == (doc.kind is metrics.MetricKind.COUNTER), doc.name
        assert doc.meaning.endswith("."), doc.name
        assert doc.what_to_do.endswith("."), doc.name


def test_no_label_can_hold_a_person_or_a_case() -> None:
    allowed = {
        "service", "route", "method", "code", "type", "result", "topic", "partition",
        "client", "state", "deadline", "area", "outcome", "kind", "invariant", "pool", "version", "python", "commit",
        "days", "matter",
    }  # fmt: skip
    assert {label for doc in metrics.CATALOGUE for label in doc.labels} <= allowed


def test_labels_of_the_catalogue_are_those_of_the_metric() -> None:
    for doc in metrics.CATALOGUE:
        metric = constants()[constant_of(doc)]
        if doc.kind is metrics.MetricKind.INFO:
            continue
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


WHOLE_HOUSE = frozenset(
    {
        "huiyin_build_info",
        "huiyin_event_loop_lag_seconds",
        "huiyin_ledger_audit_violations",
        "huiyin_ledger_audit_last_success_timestamp_seconds",
        "huiyin_ledger_audit_duration_seconds",
        "huiyin_ledger_anchor_last_timestamp_seconds",
        "huiyin_ledger_anchor_stores_behind",
    }
)
"""What is of a process, or of all services together."""


def test_what_a_service_tells_names_it() -> None:
    assert {doc.name for doc in metrics.CATALOGUE if "service" not in doc.labels} == WHOLE_HOUSE


@pytest.mark.parametrize("service", ["intake", "dispatch", "followup", "analytics"])
def test_a_process_tells_nothing_of_services_that_it_does_not_run(service: str) -> None:
    """In a process of its own: this one has long heard of all of them."""
    program = (
        f"import sys, services.{service}.main; from libs.common import metrics; print(metrics.render()[0].decode())"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    samples = [sample for family in text_string_to_metric_families(told) for sample in family.samples]
    ours = [sample for sample in samples if sample.name.startswith(metrics.PREFIX)]
    assert {sample.labels["service"] for sample in ours if "service" in sample.labels} <= {service}
    whole = {
        name.removesuffix("_bucket").removesuffix("_count").removesuffix("_sum").removesuffix("_created")
        for name in (sample.name for sample in ours if "service" not in sample.labels)
    }
    assert whole <= WHOLE_HOUSE


def test_the_build_is_told_once_however_often_it_is_said() -> None:
    for commit in ("", "5d1d885"):
        metrics.tell_build("0.1.0", commit)
    labels = {"version": "0.1.0", "python": platform.python_version(), "commit": "5d1d885"}
    assert REGISTRY.get_sample_value("huiyin_build_info", labels) == 1
    assert metrics.render()[0].count(b"\nhuiyin_build_info{") == 1


def test_render_gives_what_a_scrape_can_read() -> None:
    metrics.RELAY_SENT_TOTAL.labels(service="render-test").inc(3)
    body, content_type = metrics.render()
    assert content_type.startswith("text/plain")
    families = {family.name: family for family in text_string_to_metric_families(body.decode())}
    samples = [
        sample for sample in families["huiyin_relay_sent"].samples if sample.labels == {"service": "render-test"}
    ]
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
    assert "| `huiyin_consumer_lag_records` | gauge | `service`, `topic`, `partition` |" in metrics.markdown()
