"""The guide says what the audit does."""

from pathlib import Path

from huiyin.audit.report import SENTENCES


def test_every_invariant_stands_in_the_guide_word_for_word() -> None:
    guide = Path("docs/audit.md").read_text()
    for invariant, sentence in SENTENCES.items():
        assert f"| {invariant} | {sentence} |" in guide
