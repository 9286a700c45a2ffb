"""``make docs``: write the documents that are made from the code."""

import asyncio
from pathlib import Path

from huiyin.describe.documents import render_documents

ROOT = Path(__file__).parents[2]


def main() -> None:
    """Write what changed."""
    for name, text in asyncio.run(render_documents()).items():
        path = ROOT / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
