"""The stand-in for a container engine fails where Compose fails, waits where it waits, and says its own words."""

import asyncio
import socket
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.containers.compose import Given, Project, UpFailed
from tests.support.containers.compose_file import interpolated
from tests.support.containers.health import Health, Rule, Watch, seconds
from tests.support.containers.images import dockerfile_environment
from tests.support.containers.network import NameServer, Network, Words
from tests.support.eventually import eventually

ROOT = Path(__file__).parents[3]
SLEEP = "exec sleep 60"


def service(command: str, *, needs: dict[str, str] | None = None, test: str = "", **more: Any) -> dict[str, Any]:
    """A service of a Compose file; with ``test`` its health is what a shell says."""
    check = {"test": ["CMD-SHELL", test], "interval": "1s", "timeout": "5s", "retries": 2, "start_period": "0s"}
    return {
        "image": "huiyin:1",
        "command": ["sh", "-c", command],
        "networks": ["one"],
        "restart": "no",
        "deploy": {"resources": {"limits": {"memory": "1g"}}},
        "depends_on": {name: {"condition": f"service_{condition}"} for name, condition in (needs or {}).items()},
        **({"healthcheck": check} if test else {}),
        **more,
    }


async def up(folder: Path, **services: dict[str, Any]) -> None:
    """Bring a file with these services up."""
    file = folder / "compose.yml"
    document = {"name": "x", "services": services, "networks": {"one": {}}, "volumes": {}}
    file.write_text(yaml.safe_dump(document), encoding="utf-8")
    async with Project(file, ROOT, Given(), folder / "run") as project:
        await project.up()


async def test_each_starts_when_what_it_needs_is_as_it_says(tmp_path: Path) -> None:
    order = tmp_path / "order"
    await up(
        tmp_path,
        third=service(f"echo third >>{order}; {SLEEP}", needs={"second": "healthy"}, test=f"grep third {order}"),
        second=service(f"echo second >>{order}; {SLEEP}", needs={"first": "completed_successfully"}, test="true"),
        first=service(f"echo first >>{order}"),
    )
    assert order.read_text("utf-8").split() == ["first", "second", "third"]


async def test_a_health_check_that_never_passes_ends_it(tmp_path: Path) -> None:
    with pytest.raises(UpFailed, match=r"^dependency failed to start: container sick is unhealthy"):
        await up(tmp_path, sick=service(SLEEP, test="false"), other=service(SLEEP, needs={"sick": "healthy"}))


async def test_a_circle_by_health_ends_it(tmp_path: Path) -> None:
    """The worker is healthy when the loader was there, and the loader waits for the worker."""
    loaded = tmp_path / "loaded"
    with pytest.raises(UpFailed, match=r"container worker is unhealthy(.|\n)*never started: \['loader'\]"):
        await up(
            tmp_path,
            worker=service(SLEEP, test=f"test -e {loaded}"),
            loader=service(f"touch {loaded}", needs={"worker": "healthy"}),
        )


async def test_one_that_ends_with_an_error_where_its_end_is_waited_for_ends_it(tmp_path: Path) -> None:
    with pytest.raises(UpFailed, match=r'^service "first" didn\'t complete successfully: exit 3'):
        await up(tmp_path, first=service("exit 3"), then=service(SLEEP, needs={"first": "completed_successfully"}))


async def test_one_that_ends_where_its_health_is_waited_for_ends_it(tmp_path: Path) -> None:
    with pytest.raises(UpFailed, match=r"container gone exited \(4\)"):
        await up(tmp_path, gone=service("exit 4", test="true"), then=service(SLEEP, needs={"gone": "healthy"}))


async def test_one_that_is_to_be_restarted_is(tmp_path: Path) -> None:
    tries = tmp_path / "tries"
    command = f"echo x >>{tries}; test $(wc -l <{tries}) -ge 3 && {SLEEP}"
    await up(tmp_path, stubborn=service(command, test=f"test $(wc -l <{tries}) -ge 3", restart="unless-stopped"))
    assert len(tries.read_text("utf-8").split()) == 3


async def test_what_is_not_here_may_not_be_waited_for(tmp_path: Path) -> None:
    with pytest.raises(UpFailed, match="grafana cannot be started here"):
        await up(
            tmp_path,
            grafana=service(SLEEP, image="grafana/grafana:1"),
            then=service(SLEEP, needs={"grafana": "started"}),
        )


async def test_failures_do_not_count_while_it_may_still_start() -> None:
    answers = [False, False, False, True, False]

    async def probe() -> bool:
        return answers.pop(0) if answers else await asyncio.Event().wait()

    watch = Watch(Rule(0.01, 5.0, retries=2, start_period=60.0, start_interval=0.01), probe)
    running = asyncio.create_task(watch.run())
    await eventually(lambda: not answers)
    assert watch.health is Health.HEALTHY, "one failure later is not two"
    running.cancel()


@pytest.mark.parametrize(("text", "expected"), [("15s", 15.0), ("1m30s", 90.0), ("2h", 7200.0), ("500ms", 0.5)])
def test_durations(text: str, expected: float) -> None:
    assert seconds(text) == expected


def test_variables_are_put_in_as_compose_does() -> None:
    document = {"a": ["${A}/${B:-b}", "${C-c}", "$$HOME"], "d": "${D:?see the page}", "n": 1}
    assert interpolated(document, {"A": "x", "B": "", "C": "", "D": "y"}) == {
        "a": ["x/b", "", "$HOME"],
        "d": "y",
        "n": 1,
    }
    with pytest.raises(LookupError, match="required variable D is missing a value: see the page"):
        interpolated(document, {"A": "x", "D": ""})


def test_words_are_those_of_this_machine() -> None:
    words = Words(
        "127.9.9.2", {"kafka": "127.9.9.3", "kafka-ui": "127.9.9.4"}, {"/run": Path("/here"), "/run/a": Path("/b")}
    )
    said = {
        "1@kafka:29093": "1@127.9.9.3:29093",
        "kafka-ui:80": "127.9.9.4:80",
        "INSIDE://:19092": "INSIDE://127.9.9.2:19092",
        "/dev/tcp/kafka/19092": "/dev/tcp/127.9.9.3/19092",
        "http://127.0.0.1:8600/readyz": "http://127.9.9.2:8600/readyz",
        "localhost:1": "127.9.9.2:1",
        "127.0.0.11": "127.0.0.11",
        "pid /run/nginx.pid;": "pid /here/nginx.pid;",
        "/run/a/run/b": "/b/run/b",
        "stranger:80 mykafka:1": "stranger:80 mykafka:1",
    }
    assert {text: words.here(text) for text in said} == said


async def test_names_are_told_while_they_are_there() -> None:
    network, there = Network(), {"intake-api"}
    async with NameServer(network, there) as server:
        assert await _ask(server, "intake-api") == network.address("intake-api")
        there.clear()
        assert await _ask(server, "intake-api") is None


async def _ask(server: NameServer, name: str) -> str | None:
    host, port = server.address.rsplit(":", 1)
    question = b"".join(bytes([len(part)]) + part.encode() for part in name.split(".")) + b"\0\0\1\0\1"
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.setblocking(False)
        await loop.sock_sendto(asking, b"ab\1\0\0\1\0\0\0\0\0\0" + question, (host, int(port)))
        answer = await loop.sock_recv(asking, 512)
    assert answer[:2] == b"ab"
    return socket.inet_ntoa(answer[-4:]) if answer[3] & 15 == 0 else None


def test_the_environment_of_an_image_is_that_of_its_last_stage() -> None:
    text = "FROM a AS build\nENV A=1\nFROM a\nENV PATH=/x:$PATH \\\n    B=2\nUSER x\nENV C=3\n"
    assert dockerfile_environment(text) == {"PATH": "/x:$PATH", "B": "2", "C": "3"}
