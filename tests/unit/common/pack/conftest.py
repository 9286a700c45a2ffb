"""The demo pack, whole and as a copy that a test may spoil."""

import shutil
from pathlib import Path

import pytest

from libs.common.pack.directory import Directory
from libs.common.pack.loader import load_pack
from libs.common.pack.schema import Pack

ROOT = Path(__file__).parents[4]
DEMO = ROOT / "packs" / "demo"


@pytest.fixture(scope="session")
def pack() -> Pack:
    """The demo pack."""
    return load_pack(DEMO)


@pytest.fixture(scope="session")
def directory(pack: Pack) -> Directory:
    """Look-ups over the demo pack."""
    return Directory(pack)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the demo pack."""
    return Path(shutil.copytree(DEMO, tmp_path / "pack"))
