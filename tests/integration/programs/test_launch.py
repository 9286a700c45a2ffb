"""An outside program lives exactly as long as the process that started it."""

import subprocess
import sys
import threading
from pathlib import Path
from signal import SIGKILL, SIGTERM

from libs.programs import launch
from libs.programs.launch import Program
from tests.support.eventually import eventually

PROJECT = Path(__file__).parents[3]
PARENT = """
import subprocess, sys
from signal import SIGKILL
from libs.programs import launch

child = launch.start(launch.Program(["sleep", "600"], SIGKILL), output=subprocess.DEVNULL)
print(child.pid, flush=True)
sys.stdin.read()
"""


def test_it_outlives_the_thread_that_asked_for_it() -> None:
    started: list[subprocess.Popen[bytes]] = []
    program = Program(["sleep", "600"], SIGKILL)
    thread = threading.Thread(target=lambda: started.append(launch.start(program, output=subprocess.DEVNULL)))

    thread.start()
    thread.join()

    assert started[0].poll() is None
    assert launch.end(started[0], [(SIGTERM, 10.0)])


async def test_it_dies_with_a_killed_parent() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=PROJECT
    ) as parent:
        assert parent.stdout is not None
        child = Path(f"/proc/{int(parent.stdout.readline())}")
        assert child.exists()

        parent.kill()

    await eventually(lambda: not child.exists(), what="the end of the child")


def test_a_program_that_ignores_the_first_signal_gets_the_next() -> None:
    stubborn = Program(["sh", "-c", "trap '' TERM; echo ready; exec sleep 600"], SIGKILL)
    with launch.start(stubborn, output=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"

        assert not launch.end(process, [(SIGTERM, 0.05), (SIGKILL, 10.0)])

    assert process.returncode == -SIGKILL


def test_running_to_the_end_gives_the_code_and_the_words() -> None:
    assert launch.run(Program(["sh", "-c", "cat; exit 3"], SIGKILL), within=10.0, says="heard") == (3, "heard")
