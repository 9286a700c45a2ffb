"""How a run is told: a table, one line of JSON, a file of results, and a table for the document."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.figure import Figure

KEYS = (
    "intake_ratio",
    "ndjson_ratio",
    "lifecycles_per_s",
    "burst_error_share",
    "burst_p95_ms",
    "fold_ratio",
    "bus_ratio",
    "idle_mb",
    "rest_mb",
    "rest_cores",
    "registrations_per_s",
)
"""Figures that every reader of the results may look for; each is there when its run measured it."""

_HEAD = ("figure", "asked", "seen", "baseline", "verdict")
_SIGNIFICANT = 100


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table, in words."""

    name: str
    asked: str
    seen: str
    baseline: str
    verdict: str
    detail: str

    @property
    def cells(self) -> tuple[str, ...]:
        """What stands in the columns."""
        return self.name, self.asked, self.seen, self.baseline, self.verdict


def stored(figure: Figure, commit: str, at: str) -> dict[str, Any]:
    """A figure as it stands in the results."""
    return {
        "name": figure.name,
        "asked": None if figure.asked is None else str(figure.asked),
        "seen": round(figure.seen, 4),
        "unit": figure.unit,
        "baseline": figure.baseline,
        "verdict": str(figure.verdict),
        "detail": figure.detail,
        "commit": commit,
        "at": at,
    }


def row(figure: Mapping[str, Any]) -> Row:
    """A stored figure in words."""
    return Row(
        figure["name"],
        figure["asked"] or "",
        f"{number(figure['seen'])} {figure['unit']}".strip(),
        figure["baseline"],
        figure["verdict"],
        figure["detail"],
    )


def number(value: float) -> str:
    """As many places as one can use."""
    if value == int(value) or abs(value) >= _SIGNIFICANT:
        return f"{value:.0f}"
    return f"{value:.3g}" if abs(value) < 1 else f"{value:.1f}"


def table(figures: Sequence[Mapping[str, Any]]) -> str:
    """Columns for a terminal; what is to be said beyond them stands in a line below."""
    rows = [row(figure) for figure in figures]
    widths = [max(map(len, column)) for column in zip(_HEAD, *(one.cells for one in rows), strict=True)]
    lines = [_line(_HEAD, widths), "  ".join("-" * width for width in widths)]
    for one in rows:
        lines.append(_line(one.cells, widths))
        lines += [f"    {one.detail}"] if one.detail else []
    return "\n".join(lines)


def markdown(figures: Sequence[Mapping[str, Any]]) -> str:
    """The table for a document."""
    head = (*_HEAD, "more")
    lines = [_piped(head), _piped("---" for _ in head)]
    lines += [_piped((*one.cells, one.detail)) for one in map(row, figures)]
    return "\n".join(lines)


def keys(figures: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """The figures that have a fixed key."""
    found = {figure["name"]: figure["seen"] for figure in figures}
    return {key: found[key] for key in KEYS if key in found}


def json_line(result: Mapping[str, Any]) -> str:
    """A run in one line: keys, verdicts, and what it was measured on."""
    verdicts = {figure["name"]: figure["verdict"] for figure in result["figures"]}
    told = {name: result[name] for name in ("mode", "commit", "seconds", "others_cores")}
    return json.dumps({**told, **result["keys"], "verdicts": verdicts}, ensure_ascii=False)


def merge(path: Path, result: dict[str, Any]) -> dict[str, Any]:
    """The results with those figures of an earlier run in the same file that this run did not measure."""
    if path.exists():
        earlier = json.loads(path.read_text(encoding="utf-8"))
        measured = {figure["name"] for figure in result["figures"]}
        kept = [figure for figure in earlier["figures"] if figure["name"] not in measured]
        result = result | {"figures": [*result["figures"], *kept]}
    return result | {"keys": keys(result["figures"])}


def write(path: Path, result: Mapping[str, Any]) -> None:
    """Write the file of results."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(result, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()


def _piped(cells: Any) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
