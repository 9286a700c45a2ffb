"""``python -m bench.documents``: put the newest results into docs/performance.md, between their marks."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.report import markdown

_ROOT = Path(__file__).parents[1]
RESULTS = _ROOT / "bench" / "results"
DOCUMENT = _ROOT / "docs" / "performance.md"
MODES = ("full", "quick")


def newest(folder: Path, mode: str) -> Path | None:
    """The newest results of a mode; their names begin with the day."""
    return max(folder.glob(f"*-{mode}.json"), default=None)


def section(result: Mapping[str, Any]) -> str:
    """What a run says in the document."""
    machine = result["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in result["versions"].items())
    what = f"{machine['cpus']} processors ({machine['model']}), {machine['memory_gb']} GB, {machine['system']}"
    begun = f"{result['began'][:16].replace('T', ' ')} UTC, commit {result['commit']}"
    others = f"others kept {result['others_cores']} processors busy meanwhile"
    return f"{begun}; {what}; {others}.\n{versions}.\n\n{markdown(result['figures'])}"


def renewed(text: str, mode: str, said: str) -> str:
    """The document with another text between the marks of a mode.

    Raises:
        ValueError: the document has no such marks.
    """
    begin, end = f"<!-- {mode} -->", f"<!-- /{mode} -->"
    found = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    if not found.search(text):
        raise ValueError(f"the document has no place for {mode}: {begin} ... {end}")
    return found.sub(lambda _: f"{begin}\n{said}\n{end}", text)


def main() -> None:
    """Renew the document."""
    text = DOCUMENT.read_text(encoding="utf-8")
    for mode in MODES:
        path = newest(RESULTS, mode)
        if path is not None:
            text = renewed(text, mode, section(json.loads(path.read_text(encoding="utf-8"))))
    DOCUMENT.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
