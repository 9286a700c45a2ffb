"""docs/flow.md: the map as a diagram and a table."""

import inspect
from collections import defaultdict

from libs.common.bus.flow import FLOW, Route, Service

_HEAD = """# Who says what to whom

Made from the map in `libs/common/bus/flow.py` by `make docs`; a test fails when it is stale.

"""


def render_flow() -> str:
    """The whole document."""
    return _HEAD + _diagram() + "\n" + _table()


def _diagram() -> str:
    arrows: defaultdict[tuple[Service, Service], list[str]] = defaultdict(list)
    for route in FLOW:
        for speaker in sorted(route.said_by):
            for hearer in sorted(route.heard_by - {speaker}):
                arrows[speaker, hearer].append(route.event.__name__)
    lines = ["```mermaid", "flowchart LR"]
    lines += [f"    {service}[{service}]" for service in Service]
    for (speaker, hearer), names in sorted(arrows.items()):
        lines.append(f"    {speaker} -- {len(names)} --> {hearer}")
    return "\n".join([*lines, "```", "", "An arrow's number says how many kinds of event take that way.", ""])


def _table() -> str:
    lines = ["| event | topic | said by | heard by | what it says |", "| --- | --- | --- | --- | --- |"]
    lines += [_row(route) for route in FLOW]
    return "\n".join(lines) + "\n"


def _row(route: Route) -> str:
    said = ", ".join(sorted(route.said_by))
    heard = ", ".join(sorted(route.heard_by))
    sentence = (inspect.getdoc(route.event) or "").split("\n\n")[0].replace("\n", " ")
    return f"| `{route.event.__name__}` | {route.stream} | {said} | {heard} | {sentence} |"
