"""What is in the images that the deployment files name, as this machine has it, and what each does when it is started.

huiyin               this checkout, with the environment that deploy/Dockerfile gives
postgres             the embedded binaries; the entrypoint makes the database, runs what lies in
                     /docker-entrypoint-initdb.d, and becomes the server
apache/kafka         the tests' own broker; KAFKA_A_B becomes the setting a.b, the store is made when it is missing
nginx-unprivileged   Debian's nginx, on the mounted /etc/nginx/nginx.conf
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from signal import SIGINT, SIGKILL, SIGTERM, Signals

from libs.programs import launch
from libs.programs.kafka.artifacts import classpath, java
from libs.programs.launch import Program, RunAs
from libs.programs.postgres import cluster
from tests.support.containers.network import Words

ROOT = Path(__file__).parents[3]
_STOPPING = {"postgres": SIGINT}
_SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True, slots=True)
class Place:
    """Where one container runs: the checkout it is of, a folder of its own, and its words."""

    root: Path
    folder: Path
    words: Words
    name_server: str

    def environment(self, given: Mapping[str, str]) -> dict[str, str]:
        """What a program in it sees: nothing of ours but where programs are."""
        path = f"{Path(sys.executable).parent}:{cluster.binaries()}:{_SYSTEM_PATH}"
        said = {name: self.words.here(value) for name, value in given.items()}
        return {"PATH": path, "HOME": str(self.folder), "LANG": "C.UTF-8"} | said


@dataclass(frozen=True, slots=True)
class Image:
    """``environment`` is the image's own; ``begin`` does what its entrypoint does first, and says what then runs.

    ``folders``: where the image keeps what a volume may be mounted over.
    """

    environment: Mapping[str, str]
    command: Sequence[str]
    folders: Sequence[str]
    begin: Callable[[Place, Mapping[str, str], Sequence[str]], Program]
    death_signal: Signals = SIGTERM


def image_of(name: str, root: Path) -> Image | None:
    """The image of this name; None when nothing here is like it."""
    repository = name.split("@", maxsplit=1)[0].rpartition(":")[0].rpartition("/")[2]
    return {"huiyin": _huiyin, "postgres": _postgres, "kafka": _kafka, "nginx-unprivileged": _nginx}.get(
        repository, lambda _root: None
    )(root)


def dockerfile_environment(text: str) -> dict[str, str]:
    """What the ENV lines of the last stage say."""
    stage = text.rpartition("\nFROM ")[2].replace("\\\n", " ")
    lines = re.findall(r"^ENV (.+)$", stage, flags=re.MULTILINE)
    return dict(re.findall(r"(\w+)=(\S+)", " ".join(lines)))


def _huiyin(root: Path) -> Image:
    environment = dockerfile_environment((root / "deploy" / "Dockerfile").read_text(encoding="utf-8"))
    environment.pop("PATH")

    def begin(place: Place, given: Mapping[str, str], command: Sequence[str]) -> Program:
        said = [place.words.here(word) for word in command]
        return Program(said, SIGTERM, environment=place.environment(given), directory=place.root)

    return Image(
        environment,
        ["sh", "-c", "exec python -m services.$SERVICE.main $ROLE"],
        ["/var/lib/huiyin", "/var/lib/huiyin-keys"],
        begin,
    )


def _postgres(root: Path) -> Image:
    environment = {"PGDATA": "/var/lib/postgresql/18/docker"}
    return Image(environment, ["postgres"], ["/var/lib/postgresql", "/run/postgresql"], _begin_postgres, SIGINT)


def _begin_postgres(place: Place, given: Mapping[str, str], command: Sequence[str]) -> Program:
    said = place.environment(given)
    data = Path(said["PGDATA"])
    data.parent.mkdir(parents=True, exist_ok=True)
    # What the image's own build of PostgreSQL has in /var/run/postgresql; a socket's path may not be long.
    sockets = cluster.socket_folder(place.folder, RunAs())
    said["PGHOST"] = str(sockets)
    identity = cluster.identity(data.parent, cluster.binaries())
    if not (data / "PG_VERSION").exists():
        _initialise(place, data, said, identity)
    here = [f"listen_addresses={place.words.address}", f"unix_socket_directories={sockets}", "fsync=off"]
    options = [word for setting in here for word in ("-c", setting)]
    program = [place.words.here(word) for word in command]
    return Program([program[0], "-D", data, *program[1:], *options], SIGINT, identity, environment=said)


def _initialise(place: Place, data: Path, said: dict[str, str], identity: RunAs) -> None:
    """As the image's docker-entrypoint.sh: initdb, a server on the socket alone, the database, the scripts."""
    password = place.folder / "password"
    password.write_text(said["POSTGRES_PASSWORD"], encoding="utf-8")
    user, database = said["POSTGRES_USER"], said.get("POSTGRES_DB", said["POSTGRES_USER"])
    extra = said.get("POSTGRES_INITDB_ARGS", "").split()
    run = _Running(said, identity)
    run("initdb", "-D", data, f"--username={user}", f"--pwfile={password}", "--no-sync", *extra)
    with (data / "pg_hba.conf").open("a", encoding="utf-8") as rules:
        rules.write("host all all all scram-sha-256\n")
    options = f"-c listen_addresses='' -c unix_socket_directories={said['PGHOST']} -c fsync=off"
    run("pg_ctl", "-D", data, "-w", "-o", options, "-l", place.folder / "first.log", "start")
    if database != "postgres":
        run("psql", "-X", "-q", f"--username={user}", "--dbname=postgres", "-c", f'CREATE DATABASE "{database}"')
    for script in sorted(_scripts(place)):
        if os.access(script, os.X_OK):
            run(script)
        else:
            run("bash", "-c", f". {script}")
    run("pg_ctl", "-D", data, "-w", "-m", "fast", "stop")


def _scripts(place: Place) -> list[Path]:
    """What is mounted into the folder of first scripts, as a folder or file by file."""
    folder = "/docker-entrypoint-initdb.d"
    found = [here for there, here in place.words.places.items() if there.startswith(f"{folder}/")]
    if folder in place.words.places:
        found += place.words.places[folder].iterdir()
    return [script for script in found if script.suffix == ".sh"]


class _Running:
    """Runs one step of an entrypoint; what fails ends the container."""

    def __init__(self, environment: Mapping[str, str], identity: RunAs) -> None:
        self._environment = environment
        self._identity = identity

    def __call__(self, *arguments: str | Path) -> None:
        program = Program(arguments, SIGKILL, self._identity, environment=self._environment)
        code, said = launch.run(program, within=120.0)
        if code != 0:
            raise subprocess.CalledProcessError(code, str(arguments[0]), output=said)


def _kafka(root: Path) -> Image:
    return Image({}, ["kafka"], ["/var/lib/kafka/data"], _begin_kafka, SIGKILL)


def _begin_kafka(place: Place, given: Mapping[str, str], command: Sequence[str]) -> Program:
    said = place.environment(given)
    settings = {
        name.removeprefix("KAFKA_").lower().replace("_", "."): value
        for name, value in said.items()
        if name.startswith("KAFKA_") and name != "KAFKA_HEAP_OPTS"
    }
    configuration = place.folder / "server.properties"
    configuration.write_text("".join(f"{name}={value}\n" for name, value in settings.items()), encoding="utf-8")
    heap = said.get("KAFKA_HEAP_OPTS", "").split()
    machine: list[str | Path] = [java(), *heap, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", classpath()]
    if not (Path(settings["log.dirs"]) / "meta.properties").exists():
        run = _Running(said, RunAs())
        run(*machine, "kafka.tools.StorageTool", "format", "-t", "5L6g3nShT-eMCtK--X86sw", "-c", configuration)
    return Program([*machine, "kafka.Kafka", configuration], SIGKILL, environment=said, directory=place.folder)


def _nginx(root: Path) -> Image:
    return Image({}, ["nginx"], [], _begin_nginx)


def _begin_nginx(place: Place, given: Mapping[str, str], command: Sequence[str]) -> Program:
    if shutil.which("nginx", path=_SYSTEM_PATH) is None:
        raise FileNotFoundError("there is no nginx on this machine: `make test` installs it, on Debian as nginx")
    mounted = place.words.places["/etc/nginx/nginx.conf"]
    text = place.words.here(mounted.read_text(encoding="utf-8")).replace("127.0.0.11", place.name_server)
    text = re.sub(r"\blisten (\d+)", rf"listen {place.words.address}:\1", text)
    configuration = place.folder / "nginx.conf"
    configuration.write_text(text, encoding="utf-8")
    options: list[str | Path] = ["-c", configuration, "-p", place.folder, "-e", "/dev/stderr", "-g", "daemon off;"]
    identity = cluster.identity(place.folder, cluster.binaries())
    return Program(["nginx", *options], SIGTERM, identity, environment=place.environment(given))
