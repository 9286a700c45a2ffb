"""The image is pinned, small and not root's, and the trial's helpers do what they say."""

import re
from datetime import UTC, datetime

import pytest

from deploy.prune_packages import installed, needed, unneeded
from tests.architecture.deploy import image
from tests.architecture.deploy.files import DEPLOY, ROOT


def now() -> datetime:
    return datetime.now(UTC)


TEXT = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")


def test_the_dockerfile_is_sound() -> None:
    assert image.faults(TEXT) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("python:3.13.16-slim-trixie\n", "python:latest\n", "has not two stages on the one pinned image"),
        ("FROM ${PYTHON_IMAGE}\n", "FROM python:3\n", "has not two stages on the one pinned image"),
        ("USER 10001:10001", "USER root", "runs as root"),
        ("EXPOSE 8600", "USER root", "changes the user back"),
        ("--require-hashes ", "", "installs packages without their hashes"),
        ("COPY huiyin ./huiyin", "COPY . .", "copies the whole folder"),
        ("EXPOSE 8600", "RUN curl -O http://example.org/x", "fetches something from the network"),
        ("HEALTHCHECK", "LABEL", "has no health check"),
        ("exec python", "python", "hides the process behind a shell"),
    ],
)
def test_the_checker_finds(old: str, new: str, expected: str) -> None:
    assert old in TEXT
    assert expected in image.faults(TEXT.replace(old, new))


def test_what_the_image_copies_is_let_in_by_dockerignore() -> None:
    allowed = {
        line[1:] for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line.startswith("!")
    }
    copied = {
        name for line in re.findall(r"^COPY (?!--from)(.+) \./?\S*$", TEXT, flags=re.MULTILINE) for name in line.split()
    }
    assert copied == allowed


def test_the_broker_of_tests_stays_outside() -> None:
    rules = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    # The last rule that matches a file decides.
    assert rules.index("libs/programs/kafka") > rules.index("!libs")
    assert (ROOT / "libs/programs/kafka/artifacts.sha256").is_file()


def test_packages_of_tests_are_not_needed_and_those_of_extras_are() -> None:
    requirements = {
        "product": ["web[fast]>=1", 'tester; extra == "test"', 'other; sys_platform == "win32"'],
        "web": ['loop; extra == "fast"', "base"],
        "loop": [],
        "base": [],
        "tester": ["base"],
        "pip": [],
    }
    assert needed("product", requirements) == {"product", "web", "loop", "base"}
    assert unneeded("product", requirements) == ["tester"]


def test_a_missing_package_is_an_error() -> None:
    with pytest.raises(KeyError, match="base"):
        needed("product", {"product": ["base"]})


def test_the_installed_packages_are_seen() -> None:
    assert "fastapi" in installed()
    assert "pytest" not in needed("fastapi", installed())
