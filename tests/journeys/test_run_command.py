"""``huiyin run`` as a stranger meets it: starts, keeps its data, survives kill -9, stops, says what is wrong."""

import os
import platform
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.support.eventually import eventually
from tests.support.ports import free_port

STAFF = Path(__file__).parents[2] / "packs" / "demo" / "staff.csv"
HUIYIN = Path(sys.executable).parent / "huiyin"
COMPLAINT = {
    "channel": "hotline",
    "kind": "complaint",
    "area_code": "999001101201",
    "category_code": "0101",
    "text": "村口路灯坏了三天，请派人维修",
}


class Running:
    """A process of ``huiyin run``."""

    def __init__(self, folder: Path, port: int) -> None:
        self.base = f"http://127.0.0.1:{port}"
        self.log = folder / "run.log"
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                [HUIYIN, "run", "--port", str(port), "--data-dir", str(folder / "data")],
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=folder,
                env={**os.environ, "HUIYIN_LOG_LEVEL": "WARNING", "HUIYIN_COMMIT": "5d1d885"},
            )

    async def ready(self) -> str:
        """The token that was printed."""

        def told() -> str | None:
            assert self.process.poll() is None, self.log.read_text(encoding="utf-8")
            found = re.search(r"export TOKEN=(\S+)", self.log.read_text(encoding="utf-8"))
            return found[1] if found else None

        token = await eventually(told, within=60, what="the greeting")
        assert token is not None
        return token


@contextmanager
def running(folder: Path, port: int) -> Iterator[Running]:
    started = Running(folder, port)
    try:
        yield started
    finally:
        if started.process.poll() is None:
            started.process.kill()
        started.process.wait()


async def test_it_runs_keeps_its_data_through_kill_9_and_stops_on_ctrl_c(tmp_path: Path) -> None:
    port = free_port()
    with running(tmp_path, port) as first:
        token = await first.ready()
        headers = {"Authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(base_url=first.base, headers=headers, timeout=60.0) as client:
            created = await client.post("/intake/v1/cases", json=COMPLAINT)
            assert created.status_code == 201, created.text
            people = (await client.get("/dispatch/v1/staff?limit=200")).json()["items"]
            assert {"S-1001", "S-1301"} <= {person["staff_id"] for person in people}
            assert all(term["in_office"] for person in people for term in person["terms"])
        first.process.send_signal(signal.SIGKILL)
        first.process.wait()
    case_id = created.json()["case_id"]
    with running(tmp_path, port) as second:
        await second.ready()
        async with httpx.AsyncClient(base_url=second.base, headers=headers, timeout=60.0) as client:

            async def assigned() -> bool:
                answer = await client.get(f"/intake/v1/cases/{case_id}")
                assert answer.status_code == 200
                return bool(answer.json()["status"] == "assigned")

            await eventually(assigned, within=30, what="the case of before the kill being assigned")
            assert (await client.get("/")).status_code == 200
            assert (await client.get("/metrics")).status_code == 200
            assert (await client.get("/readyz")).json()["status"] == "ready"
            told = (await client.get("/metrics")).text
            assert (
                f'huiyin_build_info{{commit="5d1d885",python="{platform.python_version()}",version="0.1.0"}} 1.0'
                in told
            )
            # The people beside the pack were taken once; what the command is given again changes nothing.
            assert (await client.get("/dispatch/v1/staff?limit=200")).json()["items"] == people
            assert _imports(second, token, STAFF) == (0, "23 rows: 0 people new, 0 changed; taken.\n")
            bad = tmp_path / "bad.csv"
            bad.write_text("人员编号,姓名,单位,岗位\nS-1,陈测试,D-NOWHERE,经办人\n", encoding="gbk")
            status, said = _imports(second, token, bad)
            assert (status, "bad.csv:2 单位: " in said, "nothing was taken" in said) == (1, True, True)
            missing = await client.get("/nowhere")
            assert missing.headers["content-type"] == "application/problem+json"
        second.process.send_signal(signal.SIGINT)
        assert second.process.wait(timeout=30) == 0
        assert second.log.read_text(encoding="utf-8").rstrip().endswith("Stopped.")


def _imports(there: Running, token: str, table: Path) -> tuple[int, str]:
    """The status and the words of `huiyin staff import`."""
    command = [str(HUIYIN), "staff", "import", str(table), "--url", there.base, "--token", token]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.stderr == ""
    return result.returncode, result.stdout


def test_a_taken_port_is_told_with_the_mend(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = subprocess.run(
            [HUIYIN, "run", "--port", str(port), "--data-dir", str(tmp_path)],
            capture_output=True,
            text=True,
            check=False,
        )
    assert result.returncode == 2
    assert f"port {port} is taken" in result.stderr
    assert f"--port {port + 1}" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "environment", "said"),
    [
        (["run"], {"HUIYIN_BUS": "kafka"}, "HUIYIN_KAFKA_BOOTSTRAP"),
        (["run"], {"HUIYIN_PORT": "many"}, "HUIYIN_PORT"),
        (["run", "--clock-start", "yesterday"], {}, "2026-01-05T09:00:00+08:00"),
        (["token", "--role", "handler"], {}, "--unit"),
        (["token", "--lifetime", "long"], {}, "12h"),
        (["pack", "check", "nowhere"], {}, "pack.yaml"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(
    arguments: list[str], environment: dict[str, str], said: str, tmp_path: Path
) -> None:
    result = subprocess.run(
        [HUIYIN, *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={**os.environ, **environment},
    )
    assert result.returncode == 2
    assert said in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("command", ["run", "demo", "replay", "pack", "audit", "parked", "staff", "token", "rebuild"])
def test_every_command_explains_itself(command: str) -> None:
    result = subprocess.run([HUIYIN, command, "--help"], capture_output=True, text=True, check=True)
    assert "Usage" in result.stdout
