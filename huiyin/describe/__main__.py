"""``make docs``: write the documents that are made from the code, and the first example of a new shape of an event."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from huiyin.describe.documents import EXAMPLES, render_documents
from huiyin.describe.examples import missing_examples

ROOT = Path(__file__).parents[2]


def main() -> None:
    """Write what changed. The examples come first: the events' document shows them."""
    _write({f"{EXAMPLES}/{name}": text for name, text in missing_examples(ROOT / EXAMPLES).items()})
    _write(asyncio.run(render_documents()))


def _write(documents: Mapping[str, str]) -> None:
    for name, text in documents.items():
        path = ROOT / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
