"""Documents that are made from the code are up to date, and what must be named in the documents is."""

import re
from pathlib import Path

import pytest

from huiyin.describe.documents import render_documents
from libs.common.run.failpoints import POINTS

ROOT = Path(__file__).parents[2]


async def test_generated_documents_are_up_to_date() -> None:
    for name, text in (await render_documents()).items():
        path = ROOT / name
        assert path.exists(), f"{name} is missing: run `make docs`"
        assert path.read_text(encoding="utf-8") == text, f"{name} is stale: run `make docs`"


def test_every_fail_point_is_used_once_and_known() -> None:
    used = [
        name
        for folder in ("libs", "services", "huiyin")
        for path in (ROOT / folder).rglob("*.py")
        for name in re.findall(r'await failpoint\("([a-z_.]+)"\)', path.read_text(encoding="utf-8"))
    ]
    assert set(used) == POINTS


@pytest.mark.parametrize("name", ["README.md", "README.zh.md", "docs/architecture.md", "docs/operations.md"])
def test_links_between_documents_lead_somewhere(name: str) -> None:
    path = ROOT / name
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
        if not target.startswith(("http://", "https://", "mailto:")):
            assert (path.parent / target).exists(), f"{name} links to {target}, which is not there"
