"""Where the deployment's files are, and what the product calls its settings."""

import importlib
import re
from pathlib import Path

from libs.common.service.settings import CommonSettings

ROOT = Path(__file__).parents[3]
DEPLOY = ROOT / "deploy"
OPERATIONS = ROOT / "docs" / "operations.md"

_PINNED = re.compile(r"^[\w./-]+:[\w.-]*\d[\w.-]*$")


def known_settings() -> frozenset[str]:
    """Every ``HUIYIN_*`` variable that some process reads: the shared ones and those of each service."""
    names = set(CommonSettings.model_fields)
    for path in sorted((ROOT / "services").glob("*/settings.py")):
        module = importlib.import_module(f"services.{path.parent.name}.settings")
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, CommonSettings):
                names |= set(value.model_fields)
    return frozenset(f"HUIYIN_{name.upper()}" for name in names)


def unknown_settings(names: set[str], known: frozenset[str]) -> list[str]:
    """Complaints about ``HUIYIN_*`` variables that nobody reads: a misspelt one would be ignored in silence."""
    return [
        f"{name} is no setting of any service"
        for name in sorted(names)
        if name.startswith("HUIYIN_") and name not in known
    ]


def is_pinned(image: str) -> bool:
    """Whether an image is named with a version, so that two machines run the same."""
    return bool(_PINNED.match(image)) and not image.endswith(":latest")


def anchors(markdown: str) -> frozenset[str]:
    """The link targets of a Markdown file's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", markdown, flags=re.MULTILINE)
    return frozenset(re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings)
