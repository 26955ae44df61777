import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from supervise_helpers import FakeClock, eventually, runs, take_free_port

from mesofaq.settings import Settings
from mesofaq.supervise import read_pids
from mesofaq.supervise.children import Child
from mesofaq.supervise.runfile import run_file
from mesofaq.supervise.service import Supervisor

SLEEPS = "import time; time.sleep(60)"


class Loop:
    """A supervisor whose sleep runs the test's next step instead; it stops when there are no more."""

    def __init__(self, children: list[Child], clock: FakeClock) -> None:
        self.said: list[str] = []
        self.changes: list[list[tuple[str, int | None]]] = []
        self.steps: list[Callable[[], bool]] = []
        self._clock = clock
        self._children = children
        self.supervisor = Supervisor(
            children,
            say=self.said.append,
            changed=lambda: self.changes.append([(str(child.state), child.pid) for child in children]),
            ready="All is ready",
            clock=clock,
            sleep=self._sleep,
        )

    def _sleep(self, seconds: float) -> None:
        self._clock.now += seconds
        if self.steps and self.steps[0]():
            self.steps.pop(0)
        if not self.steps:
            self.supervisor.stop()


def test_all_are_started_announced_once_and_stopped(make_child: Callable[..., Child], clock: FakeClock) -> None:
    children = [make_child(SLEEPS, name="service"), make_child(SLEEPS, name="rasa")]
    loop = Loop(children, clock)
    pids: list[int] = []
    loop.steps = [lambda: bool(pids.extend(child.pid for child in children if child.pid)) or True, lambda: True]
    loop.supervisor.run()
    assert loop.said == ["service is ready (after 0.0 s)", "rasa is ready (after 0.0 s)", "All is ready"]
    assert len(pids) == 2
    assert not any(runs(pid) for pid in pids)


def test_one_that_ends_is_replaced_while_the_other_runs_on(make_child: Callable[..., Child], clock: FakeClock) -> None:
    service, rasa = children = [make_child(SLEEPS, name="service"), make_child(SLEEPS, name="rasa")]
    loop = Loop(children, clock)
    seen: dict[str, int | None] = {}

    def kill_rasa() -> bool:
        seen.update(service=service.pid, rasa=rasa.pid)
        rasa.kill()
        return True

    def is_back() -> bool:
        return "rasa is ready" in loop.said[-1] and len(loop.said) > 3

    loop.steps = [kill_rasa, is_back]
    loop.supervisor.run()
    assert loop.said[3].startswith("rasa ended by SIGKILL; starting it again in 0.5 s")
    assert loop.said[4].startswith("rasa is ready")
    assert loop.said.count("All is ready") == 1
    ready = loop.changes[-1]
    assert ready[0] == ("ready", seen["service"])
    assert ready[1][0] == "ready"
    assert ready[1][1] != seen["rasa"]
    assert ("starting", ready[1][1]) in [change[1] for change in loop.changes], "the new process is told at once"


def test_a_slow_start_is_told_once_with_the_log(make_child: Callable[..., Child], clock: FakeClock) -> None:
    child = make_child(SLEEPS, name="rasa", probe=lambda: False)
    loop = Loop([child], clock)
    passed: list[float] = []

    def time_passes() -> bool:
        clock.now += 30
        passed.append(30)
        return len(passed) == 5

    loop.steps = [time_passes]
    loop.supervisor.run()
    assert loop.said == [f"rasa is not ready yet (see {child.program.log})"]


def test_callers_are_stopped_before_those_whom_they_call(
    make_child: Callable[..., Child], clock: FakeClock, tmp_path: Path
) -> None:
    code = textwrap.dedent("""
        import pathlib, signal, sys, time
        def end(number, frame):
            with open("ended", "a") as file:
                file.write("NAME ")
            sys.exit(0)
        signal.signal(signal.SIGTERM, end)
        pathlib.Path("NAME").touch()
        time.sleep(60)
    """)
    names = ["service", "rasa"]
    children = [make_child(code.replace("NAME", name), name=name, probe=(tmp_path / name).exists) for name in names]
    loop = Loop(children, clock)
    loop.steps = [lambda: "All is ready" in loop.said]
    loop.supervisor.run()
    assert (tmp_path / "ended").read_text() == "service rasa "


# --- `up` as a whole, in a process of its own, with two small web servers in place of the real programs ---------------

STAND_IN = textwrap.dedent("""
    import os, sys
    from dataclasses import replace
    from mesofaq.settings import load_settings
    from mesofaq.supervise import service

    SERVER = '''
    import http.server, sys
    class Answers(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200); self.end_headers(); self.wfile.write(b"Hello from Rasa")
    http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Answers).serve_forever()
    '''

    def stand_in(make):
        def made(*args):
            program = make(*args)
            return replace(program, command=[sys.executable, "-c", SERVER, str(program.port)])
        return made

    def prepare(settings):
        if os.environ.get("TEST_HANG_IN_PREPARE"):
            print("preparing", flush=True)
            import time; time.sleep(60)
        return {"bundle": settings.var, "model": settings.var}

    service.preflight.check_rasa_python = lambda settings: None
    service.prepare_apart = prepare
    service.service_program = stand_in(service.service_program)
    service.rasa_program = stand_in(service.rasa_program)
    service.up(load_settings(), lambda line: print(line, flush=True))
""")


@dataclass
class Running:
    process: subprocess.Popen[str]
    settings: Settings

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def until(self, words: str) -> list[str]:
        lines = [self.line()]
        while words not in lines[-1]:
            assert lines[-1], f"it ended before it said {words!r}: {lines}"
            lines.append(self.line())
        return lines


@pytest.fixture
def start_up(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    (tmp_path / "content").mkdir()
    for name in ("config.yml", "endpoints.yml", "credentials.yml"):
        (tmp_path / name).touch()
    settings = Settings(home=tmp_path, port=take_free_port(), rasa_port=take_free_port())
    started: list[subprocess.Popen[str]] = []
    # A test that waits for words that never come then reads the end of the output, and fails.
    limit = threading.Timer(40, lambda: [process.kill() for process in started])
    limit.start()

    def start(**variables: str) -> Running:
        env = {
            **os.environ,
            "MESOFAQ_HOME": str(tmp_path),
            "MESOFAQ_PORT": str(settings.port),
            "MESOFAQ_RASA_PORT": str(settings.rasa_port),
            **variables,
        }
        command = [sys.executable, "-c", STAND_IN]
        started.append(subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True))
        return Running(started[-1], settings)

    yield start
    limit.cancel()
    for process in started:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_up_runs_until_a_signal_and_leaves_nothing(start_up: Callable[..., Running], number: signal.Signals) -> None:
    running = start_up()
    lines = running.until("MesoFAQ is ready")
    assert lines[-1] == f"MesoFAQ is ready: open http://127.0.0.1:{running.settings.port}/ (Ctrl-C stops it)"
    pids = read_pids(running.settings)
    assert set(pids) == {"supervisor", "service", "rasa"}
    assert pids["supervisor"] == running.process.pid
    entries = json.loads(run_file(running.settings).read_text())
    assert {name: entry["port"] for name, entry in entries.items() if name != "supervisor"} == {
        "service": running.settings.port,
        "rasa": running.settings.rasa_port,
    }
    running.process.send_signal(number)
    assert running.process.wait(20) == 0
    assert running.line() == "Stopped."
    assert not any(runs(pid) for pid in pids.values())
    assert not run_file(running.settings).exists()


def test_up_outlives_its_terminal_where_nohup_says_so(start_up: Callable[..., Running]) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # what `nohup` does before it starts a program
    try:
        running = start_up()
    finally:
        signal.signal(signal.SIGHUP, before)
    running.until("MesoFAQ is ready")
    running.process.send_signal(signal.SIGHUP)
    os.kill(read_pids(running.settings)["rasa"], signal.SIGKILL)
    running.until("rasa is ready")
    running.process.terminate()
    assert running.process.wait(20) == 0


def test_up_brings_back_a_process_that_was_killed(start_up: Callable[..., Running]) -> None:
    running = start_up()
    running.until("MesoFAQ is ready")
    before = read_pids(running.settings)
    os.kill(before["rasa"], signal.SIGKILL)
    lines = running.until("rasa is ready")
    assert lines[0].startswith("rasa ended by SIGKILL; starting it again in 0.5 s")
    eventually(lambda: read_pids(running.settings).keys() == before.keys())
    after = read_pids(running.settings)
    assert after["service"] == before["service"]
    assert after["rasa"] != before["rasa"]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a process with its parent")
def test_up_can_be_killed_and_started_again(start_up: Callable[..., Running]) -> None:
    running = start_up()
    running.until("MesoFAQ is ready")
    pids = read_pids(running.settings)
    running.process.kill()
    running.process.wait()
    eventually(lambda: not any(runs(pid) for pid in pids.values()))
    assert run_file(running.settings).exists()
    assert read_pids(running.settings) == {}
    start_up().until("MesoFAQ is ready")


def test_a_second_up_is_refused_and_the_first_runs_on(start_up: Callable[..., Running]) -> None:
    first = start_up()
    first.until("MesoFAQ is ready")
    second = start_up()
    second.until(f"already running in this folder as process {first.process.pid}")
    assert second.process.wait(20) == 1
    assert len(read_pids(first.settings)) == 3


def test_up_can_be_stopped_while_it_prepares(start_up: Callable[..., Running]) -> None:
    running = start_up(TEST_HANG_IN_PREPARE="1")
    running.until("preparing")
    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(20) == 0
    assert running.line() == "Stopped."
    assert not run_file(running.settings).exists()


def test_up_does_not_start_rasa_where_it_runs_elsewhere(start_up: Callable[..., Running]) -> None:
    running = start_up(MESOFAQ_RASA_URL="http://rasa.test:5005", MESOFAQ_RASA_TOKEN="a shared secret")
    lines = running.until("MesoFAQ is ready")
    assert "Rasa is expected at http://rasa.test:5005" in lines[0]
    assert set(read_pids(running.settings)) == {"supervisor", "service"}
