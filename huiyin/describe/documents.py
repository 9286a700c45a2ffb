"""All documents that are made from the code, by their path from the project's root."""

from huiyin.describe.asyncapi import render_asyncapi
from huiyin.describe.flow import render_flow
from huiyin.describe.openapi import render_openapi
from libs.common.host.service import VERSION


async def render_documents() -> dict[str, str]:
    """Path and text of each."""
    documents = {"docs/flow.md": render_flow(), "docs/asyncapi.yaml": render_asyncapi(VERSION)}
    for name, text in (await render_openapi()).items():
        documents[f"docs/openapi/{name}"] = text
    return documents
