import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from supervise_helpers import FakeClock, eventually, runs

from mesofaq.supervise.children import FIRST_DELAY_S, HEALTHY_S, MOST_DELAY_S, Child, State, next_delay_s

SLEEPS = "import time; time.sleep(60)"
DIES = "raise SystemExit(3)"
MakeChild = Callable[..., Child]


def step_until(child: Child, state: State) -> list[str]:
    """Step a child until it is in a state; returns the lines that it gave on the way."""
    lines: list[str] = []

    def there() -> bool:
        line = child.step()
        if line:
            lines.append(line)
        return child.state is state

    eventually(there)
    return lines


@given(st.lists(st.floats(0, 200), max_size=30))
def test_a_delay_doubles_from_the_first_to_the_most_and_starts_over_after_health(ready_for: list[float]) -> None:
    delay: float | None = None
    for seconds in ready_for:
        before, delay = delay, next_delay_s(delay, seconds)
        assert FIRST_DELAY_S <= delay <= MOST_DELAY_S
        if before is None or seconds >= HEALTHY_S:
            assert delay == FIRST_DELAY_S
        else:
            assert delay == min(2 * before, MOST_DELAY_S)


def test_a_child_is_ready_once_its_probe_answers(make_child: MakeChild, clock: FakeClock) -> None:
    answers = iter([False, False, True])
    child = make_child(SLEEPS, probe=lambda: next(answers))
    assert child.start() is None
    assert child.step() is None
    assert child.step() is None
    assert child.state is State.STARTING
    clock.now += 9.25
    assert child.step() == "worker is ready (after 9.2 s)"
    assert child.state is State.READY


def test_a_child_that_ends_is_started_again_when_its_delay_is_over(make_child: MakeChild, clock: FakeClock) -> None:
    child = make_child(DIES, probe=lambda: False)
    child.start()
    first = child.pid
    (line,) = step_until(child, State.WAITING)
    assert line.startswith("worker ended with exit code 3; starting it again in 0.5 s (see ")
    assert child.pid is None
    clock.now += 0.49
    assert child.step() is None
    assert child.state is State.WAITING
    clock.now += 0.02
    child.step()
    assert child.state is State.STARTING
    assert child.pid not in (None, first)
    (line,) = step_until(child, State.WAITING)
    assert "starting it again in 1 s" in line


def test_only_a_minute_of_health_resets_the_delay(make_child: MakeChild, clock: FakeClock) -> None:
    child = make_child(SLEEPS)
    child.start()
    expected = [(59.0, "0.5 s"), (59.0, "1 s"), (61.0, "0.5 s")]
    for healthy_s, delay in expected:
        step_until(child, State.READY)
        clock.now += healthy_s
        child.kill()
        (line,) = step_until(child, State.WAITING)
        assert line.startswith(f"worker ended by SIGKILL; starting it again in {delay} ")
        clock.now += 2


def test_a_program_that_is_missing_is_said_and_tried_again(make_child: MakeChild, clock: FakeClock) -> None:
    child = make_child(SLEEPS)
    object.__setattr__(child.program, "command", ["/nonexistent/program"])
    line = child.start()
    assert line is not None
    assert line.startswith("worker could not be started (No such file or directory); starting it again in 0.5 s")
    assert child.state is State.WAITING


def test_stopping_lets_a_child_finish(make_child: MakeChild, tmp_path: Path) -> None:
    child = make_child(
        textwrap.dedent("""
            import pathlib, signal, sys, time
            def finish(number, frame):
                pathlib.Path("finished").write_text("yes")
                sys.exit(0)
            signal.signal(signal.SIGTERM, finish)
            pathlib.Path("listening").write_text("yes")
            time.sleep(60)
        """)
    )
    child.start()
    eventually((tmp_path / "listening").exists)
    child.stop()
    assert (tmp_path / "finished").exists()
    assert child.state is State.STOPPED
    assert child.step() is None


def test_stopping_ends_a_stubborn_child_and_all_that_it_started(make_child: MakeChild, tmp_path: Path) -> None:
    child = make_child(
        textwrap.dedent(f"""
            import pathlib, signal, subprocess, sys, time
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            started = subprocess.Popen([sys.executable, "-c", "{SLEEPS}"])
            pathlib.Path("fresh").write_text(str(started.pid))
            pathlib.Path("fresh").rename("grandchild")
            time.sleep(60)
        """)
    )
    child.start()
    eventually((tmp_path / "grandchild").exists)
    pids = [child.pid, int((tmp_path / "grandchild").read_text())]
    assert all(runs(pid) for pid in pids if pid)
    child.stop(grace_s=0.1)
    eventually(lambda: not any(runs(pid) for pid in pids if pid))


def test_a_child_that_ends_takes_along_what_it_started(make_child: MakeChild, tmp_path: Path) -> None:
    child = make_child(
        textwrap.dedent(f"""
            import pathlib, subprocess, sys
            started = subprocess.Popen([sys.executable, "-c", "{SLEEPS}"])
            pathlib.Path("grandchild").write_text(str(started.pid))
        """),
        probe=lambda: False,
    )
    child.start()
    step_until(child, State.WAITING)
    eventually(lambda: not runs(int((tmp_path / "grandchild").read_text())))


def test_a_childs_output_is_added_to_its_log(make_child: MakeChild, clock: FakeClock) -> None:
    child = make_child("import sys; print('out', flush=True); sys.exit('err')", probe=lambda: False)
    child.start()
    step_until(child, State.WAITING)
    clock.now += 1
    step_until(child, State.STARTING)
    step_until(child, State.WAITING)
    assert child.program.log.read_text().split() == ["out", "err"] * 2
    assert child.program.log.stat().st_mode & 0o077 == 0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a process with its parent")
def test_children_do_not_outlive_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    code = textwrap.dedent(f"""
        import os, pathlib, sys, time
        from mesofaq.supervise.processes import spawn
        sleeper = [sys.executable, "-c", "{SLEEPS}"]
        child = spawn(sleeper, cwd=pathlib.Path("."), env=os.environ, stdout=None, stderr=None)
        print(child.pid, flush=True)
        time.sleep(60)
    """)
    with subprocess.Popen([sys.executable, "-c", code], cwd=tmp_path, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert runs(child)
        os.kill(parent.pid, signal.SIGKILL)
    eventually(lambda: not runs(child))
