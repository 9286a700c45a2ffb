"""What is wrong with alerts, their tests and dashboards: names that nobody exports, and alerts that nobody tried."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from libs.common.metrics import CATALOGUE, MetricKind

FROM_ELSEWHERE = frozenset({"up", "ALERTS", "process_resident_memory_bytes"})
"""Series of Prometheus itself and of its client library."""
LABELS_FROM_ELSEWHERE = frozenset({"job", "instance", "process", "namespace", "le", "alertstate", "severity"})
SEVERITIES = frozenset({"page", "ticket"})
RUNBOOK = "{{ $externalLabels.runbooks }}#"
"""Where the guide is found is a setting of the place."""
_GUIDE = "${runbooks}#"
_SOURCE = "${datasource}"
_BUILT_IN = frozenset({"__all", "__rate_interval"})
"""Variables that Grafana brings."""

PAGE = ("Means", "Citizens notice", "Look at", "Mend", "Ends")
"""What the page of an alert says, in this order."""

_PART = re.compile(r"^- \*\*([A-Z][a-z ]+):\*\* (.*?)(?=^- \*\*|\Z)", flags=re.MULTILINE | re.DOTALL)
_WORDS = frozenset({"and", "or", "unless", "bool", "on", "ignoring", "group_left", "group_right", "offset"})
_TEXT = re.compile(r'"[^"]*"')
_MATCHERS = re.compile(r"\{([^}]*)\}")
_GROUPING = re.compile(r"\b(?:by|without|on|ignoring)\s*\(([^)]*)\)")
_RANGE = re.compile(r"\[[^\]]*\]")
_VARIABLE = re.compile(r"\$\{?(\w+)\}?")
_JOB = re.compile(r'\bjob=~?"([^"]*)"')
_IDENTIFIER = re.compile(r"(?<![\w.$])([a-zA-Z_:][\w:]*)\b(?!\s*\()")


def exported(recorded: frozenset[str] = frozenset()) -> frozenset[str]:
    """The names of all series that a query may ask for; ``recorded``: those that rules make of others."""
    names = set(FROM_ELSEWHERE | recorded)
    for doc in CATALOGUE:
        names |= (
            {f"{doc.name}{end}" for end in ("_bucket", "_sum", "_count")}
            if doc.kind is MetricKind.HISTOGRAM
            else {doc.name}
        )
    return frozenset(names)


def labels() -> frozenset[str]:
    """The names of all labels that a query may ask for."""
    return LABELS_FROM_ELSEWHERE | {label for doc in CATALOGUE for label in doc.labels}


def recorded(rules: Mapping[str, Any]) -> frozenset[str]:
    """The series that a rule file makes."""
    return frozenset(rule["record"] for group in rules["groups"] for rule in group["rules"] if "record" in rule)


def jobs(text: str) -> frozenset[str]:
    """The jobs that queries name."""
    return frozenset(_JOB.findall(text.replace('\\"', '"')))


def query_faults(expression: str, recorded: frozenset[str] = frozenset()) -> list[str]:
    """Series and labels of a query that nobody exports."""
    bare = _TEXT.sub('""', expression)
    used = {
        part.split("=")[0].rstrip("!~ ").strip() for inside in _MATCHERS.findall(bare) for part in inside.split(",")
    }
    used |= {part.strip() for inside in _GROUPING.findall(bare) for part in inside.split(",")}
    rest = _RANGE.sub("", _GROUPING.sub("", _MATCHERS.sub("", bare)))
    series = set(_IDENTIFIER.findall(rest)) - _WORDS
    return [
        *(f"nobody exports {name}" for name in sorted(series - exported(recorded))),
        *(f"no series has the label {name}" for name in sorted(used - labels() - {""})),
    ]


def alert_faults(rules: Mapping[str, Any], targets: frozenset[str]) -> list[str]:
    """Faults of an alert file; ``targets`` are the anchors of the operations guide."""
    made = recorded(rules)
    found = [
        f"{rule['record']}: {fault}"
        for group in rules["groups"]
        for rule in group["rules"]
        if "record" in rule
        for fault in query_faults(rule["expr"], made)
    ]
    for alert in alerts(rules):
        notes = alert.get("annotations", {})
        url = str(notes.get("runbook_url", ""))
        complaints = query_faults(alert["expr"], made)
        if not notes.get("summary"):
            complaints.append("has no summary")
        if alert.get("labels", {}).get("severity") not in SEVERITIES:
            complaints.append("has no severity")
        if not url.startswith(RUNBOOK) or url.removeprefix(RUNBOOK) not in targets:
            complaints.append(f"has no section in the operations guide: {url}")
        found += [f"{alert['alert']}: {complaint}" for complaint in complaints]
    return found


def page_faults(rules: Mapping[str, Any], guide: str) -> list[str]:
    """Alerts whose page in the guide does not say all that somebody who was woken up has to know."""
    found = []
    for alert in alerts(rules):
        page = _section(guide, alert["alert"])
        parts = dict(_PART.findall(page))
        found += [
            f"{alert['alert']}: its page does not say: {name}" for name in PAGE if not parts.get(name, "").strip()
        ]
        if "`" not in parts.get("Look at", "`") and "](#" not in parts["Look at"]:
            found.append(f"{alert['alert']}: its page names nothing that one could look at")
    return found


def _section(guide: str, title: str) -> str:
    found = re.search(rf"^### {re.escape(title)}\n(.*?)(?=^##|\Z)", guide, flags=re.MULTILINE | re.DOTALL)
    return found[1] if found else ""


def untried(rules: Mapping[str, Any], tests: Iterable[Mapping[str, Any]]) -> list[str]:
    """Alerts that no test has seen fire, or none has seen stay quiet."""
    fired: set[str] = set()
    quiet: set[str] = set()
    for test in tests:
        for case in test["tests"]:
            for expected in case.get("alert_rule_test", []):
                (fired if expected["exp_alerts"] else quiet).add(expected["alertname"])
    names = [alert["alert"] for alert in alerts(rules)]
    return [
        *(f"{name} has not been seen to fire" for name in names if name not in fired),
        *(f"{name} has not been seen to stay quiet" for name in names if name not in quiet),
    ]


def alerts(rules: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The alerts of a rule file."""
    return [rule for group in rules["groups"] for rule in group["rules"] if "alert" in rule]


def dashboard_faults(
    dashboard: Mapping[str, Any], recorded: frozenset[str] = frozenset(), anchors: frozenset[str] = frozenset()
) -> list[str]:
    """Faults of a dashboard: its variables, its queries, panels without a description or over each other.

    ``recorded``: series made by rules; ``anchors``: those of the operations guide.
    """
    known = {variable["name"] for variable in dashboard["templating"]["list"]} | _BUILT_IN
    asked = set(_VARIABLE.findall(json.dumps(dashboard)))
    found = [f"there is no variable {name}" for name in sorted(asked - known)]
    taken: dict[tuple[int, int], str] = {}
    for panel in dashboard["panels"]:
        title, place = panel["title"], panel["gridPos"]
        found += [f"{title}: {fault}" for fault in _panel_faults(panel, recorded, anchors)]
        cells = [
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        ]
        if any(x >= 24 for x, _ in cells) or taken.keys() & set(cells):
            found.append(f"{title}: lies over another panel or beyond the edge")
        taken |= dict.fromkeys(cells, title)
    return found


def _panel_faults(panel: Mapping[str, Any], recorded: frozenset[str], anchors: frozenset[str]) -> list[str]:
    found = []
    for target in panel.get("targets", []):
        found += query_faults(target["expr"], recorded)
        if target["datasource"]["uid"] != _SOURCE:
            found.append("asks another source than the one that is chosen")
        if any("$namespace" not in inside for inside in _selections(target["expr"])):
            found.append("does not keep to the place that is chosen")
    if panel["type"] != "row" and not panel.get("description"):
        found.append("has no description")
    for link in panel.get("links", []):
        if not link["url"].startswith(_GUIDE) or link["url"].removeprefix(_GUIDE) not in anchors:
            found.append(f"links to no section of the operations guide: {link['url']}")
    return found


def _selections(expression: str) -> list[str]:
    """What stands in braces behind each series; nothing where there are none."""
    named = r"(?<![\w.$\"])(?:huiyin_\w+|namespace_service:[\w:]+|up|ALERTS|process_resident_memory_bytes)(?![\w(])"
    return re.findall(named + r"(?:\{([^}]*)\})?", expression)
