"""Complaints of a county that does not exist, for a replay by an older release: seeded, so always the same."""

import csv
import json
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

_BEGIN = datetime(2025, 3, 3, 8, 0)  # noqa: DTZ001 - the replay's mapping says in which zone
_WHEN = ("上周", "昨天", "这个月", "入冬以来", "今天早上", "连着三天")
_ASKS = ("请尽快处理。", "希望有人来看看。", "问过两次没有结果。", "请答复是否有规定。", "已影响老人出行。")
_REPLIES = (
    "经现场核实，已安排处理完毕。",
    "经查，情况属实，已列入下月计划。",
    "经核实，按现行规定不予办理，已向来电人解释。",
    "已转相关单位，将在十日内答复。",
)
_CHANNELS = ("hotline", "hotline", "hotline", "visit", "web", "desk")


def complaints(pack: Path, count: int) -> Iterator[dict[str, str]]:
    """Rows as the built-in mapping ``sample`` of a replay reads them: places and words are the pack's."""
    draw = random.Random(1)
    words = [word for row in _rows(pack / "categories.csv") if row["parent"] for word in row["words"].split("|")[:6]]
    places = [row["name"] for row in _rows(pack / "areas.csv") if row["level"] == "village"]
    opened = _BEGIN
    for number in range(1, count + 1):
        opened += timedelta(seconds=draw.randrange(60, 4_200))
        place, word = draw.choice(places), draw.choice(words)
        row = {
            "number": f"U{number:06}",
            "title": f"{place}{word}",
            "detail": f"{draw.choice(_WHEN)}{place}有{word}的问题，{draw.choice(_ASKS)}",
            "place": place,
            "created_at": f"{opened}",
            "channel": draw.choice(_CHANNELS),
        }
        if draw.random() < 0.2:
            row["name"] = "张样本"
        if draw.random() < 0.92:
            row["reply"] = draw.choice(_REPLIES)
            row["replied_at"] = f"{opened + timedelta(seconds=draw.randrange(7_200, 2_400_000))}"
        yield row


def write(pack: Path, count: int, file: Path) -> None:
    """One JSON object a line."""
    lines = (json.dumps(row, ensure_ascii=False) for row in complaints(pack, count))
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
