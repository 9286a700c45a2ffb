"""docs/openapi/<service>.json: each service's OpenAPI document, as the running service serves it."""

import json
from typing import Any

import httpx

from huiyin.house import SPECS
from libs.common.bus.embedded import EmbeddedBus
from libs.common.host.service import Resources, RunningService
from libs.common.security.fingerprints import AnswerKeys
from libs.common.security.tokens import TokenVerifier
from libs.common.security.vault import Vault
from libs.common.time.clock import SystemClock

_NOWHERE = "postgresql://nobody@127.0.0.1:1/nowhere"


class _NobodyVerifies:
    async def verify(self, token: str) -> Any:
        raise RuntimeError("a document needs no token")


async def render_openapi() -> dict[str, str]:
    """File name and text per service. Nothing is connected to."""
    documents = {}
    verifier: TokenVerifier = _NobodyVerifies()
    vault = Vault({"none": b"v" * 32}, "none", b"i" * 32)
    resources = Resources(_NOWHERE, EmbeddedBus(_NOWHERE), SystemClock(), verifier, vault, AnswerKeys((b"a" * 32,)))
    for spec in SPECS:
        service = RunningService(spec, resources)
        transport = httpx.ASGITransport(service.app())
        async with httpx.AsyncClient(transport=transport, base_url="http://describe") as client:
            answer = await client.get(f"/{spec.service}/openapi.json")
        documents[f"{spec.service}.json"] = (
            json.dumps(answer.json(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        )
        await service.stop()
    return documents
