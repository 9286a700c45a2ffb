"""The manual says what the code does: every key, every reason, every field, and an example that works."""

import re
from pathlib import Path

import yaml

from huiyin.replay.mapping import Mapping
from huiyin.replay.report import nothing_taken
from huiyin.replay.rows import LABELS
from huiyin.replay.staging import Cast

MANUAL = (Path(__file__).parents[3] / "docs" / "replay.md").read_text(encoding="utf-8")


def _words(text: str) -> set[str]:
    return set(re.findall(r"`([a-z_]+)`", text))


def test_the_example_is_a_mapping_that_uses_every_key() -> None:
    example = MANUAL.partition("```yaml\n")[2].partition("```")[0]
    plain = yaml.load(example, yaml.BaseLoader)  # noqa: S506 - it makes only text
    mapping = Mapping.model_validate(plain)
    assert mapping.model_fields_set == set(Mapping.model_fields) - {"recognised_by"}


def test_every_key_is_explained() -> None:
    table = MANUAL.partition("| key |")[2].partition("\n\n")[0]
    assert set(Mapping.model_fields) <= _words(table)


def test_every_reason_is_explained() -> None:
    table = MANUAL.partition("| reason |")[2].partition("\n\n")[0]
    rows = {line.split("|")[1].strip(" `"): line.split("|")[3].strip() for line in table.splitlines()[2:]}
    assert rows == {reason.value: chinese for reason, (chinese, _) in LABELS.items()}


def test_every_field_of_the_line_is_explained() -> None:
    table = MANUAL.partition("| field |")[2].partition("\n\n")[0]
    assert set(nothing_taken(Cast(), None)) <= _words(table)
