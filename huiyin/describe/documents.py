"""All documents that are made from the code, by their path from the project's root."""

from pathlib import Path

from huiyin.describe.alerts import render_rule_resource
from huiyin.describe.asyncapi import render_asyncapi
from huiyin.describe.flow import render_flow
from huiyin.describe.openapi import render_openapi
from huiyin.describe.operations import render_operations
from huiyin.describe.packs import render_packs
from huiyin.describe.transitions import render_transitions
from huiyin.describe.visits import render_visits
from libs.common.host.service import VERSION
from libs.common.pack.schema_errors import schema_text

_ROOT = Path(__file__).parents[2]
_OPERATIONS = "docs/operations.md"
_PACKS = "docs/packs.md"
_VISITS = "docs/visits.md"
EXAMPLES = "tests/contract/examples"
_ALERTS = "deploy/prometheus/alerts.yml"
_RULE_RESOURCE = "deploy/k8s/components/monitoring/rules.yaml"


async def render_documents() -> dict[str, str]:
    """Path and text of each; one that is partly written by hand keeps that part."""
    documents = {"docs/flow.md": render_flow(), "docs/asyncapi.yaml": render_asyncapi(VERSION, _ROOT / EXAMPLES)}
    documents[_OPERATIONS] = render_operations((_ROOT / _OPERATIONS).read_text(encoding="utf-8"))
    documents[_PACKS] = render_packs((_ROOT / _PACKS).read_text(encoding="utf-8"))
    documents[_VISITS] = render_visits((_ROOT / _VISITS).read_text(encoding="utf-8"))
    documents["docs/transitions.md"] = render_transitions()
    documents["docs/pack.schema.json"] = schema_text()
    documents[_RULE_RESOURCE] = render_rule_resource((_ROOT / _ALERTS).read_text(encoding="utf-8"))
    for name, text in (await render_openapi()).items():
        documents[f"docs/openapi/{name}"] = text
    return documents
