"""docs/operations.md is complete: every setting, every metric as the code states it, every link to a heading."""

import re

import pytest

from huiyin.describe.operations import render_operations
from huiyin.describe.tables import NoPlace
from libs.common import logs, metrics
from tests.architecture.deploy.files import OPERATIONS, anchors, known_settings


def text() -> str:
    return OPERATIONS.read_text(encoding="utf-8")


def test_the_tables_of_metrics_and_of_log_fields_are_those_of_the_code() -> None:
    assert render_operations(text()) == text(), "docs/operations.md is stale: run `make docs`"
    assert metrics.markdown() in text()
    assert logs.markdown() in text()


@pytest.mark.parametrize("lost", ["<!-- metrics: end", "<!-- log fields: begin"])
def test_a_guide_without_a_place_for_a_table_is_refused(lost: str) -> None:
    with pytest.raises(NoPlace):
        render_operations(text().replace(lost, "<!-- lost"))


def test_every_setting_is_explained() -> None:
    explained = set(re.findall(r"^\| `(HUIYIN_[A-Z_]+)` \|", text(), flags=re.MULTILINE))
    assert explained == known_settings()


def test_links_within_the_guide_lead_somewhere() -> None:
    assert set(re.findall(r"\]\(#([\w-]+)\)", text())) <= anchors(text())


def test_anchors_are_those_that_github_makes() -> None:
    assert anchors("# Run it\n\n## `make run`: one process\n\n### OutboxStalled\n") == {
        "run-it",
        "make-run-one-process",
        "outboxstalled",
    }
