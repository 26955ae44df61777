"""One child process's life, as the supervisor drives it.

         the probe answers
STARTING ─────────────────► READY          stop(), from any state ─► STOPPED
  ▲   │                       │
  │   │ it ends, or           │ it ends
  │   │ cannot be started     │
  │   ▼                       │
  └ WAITING ◄─────────────────┘
due after 0.5 s, then 1, 2, 4 … up to 30 s; from 0.5 s again once it has been ready for 60 s
"""

import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from mesofaq.supervise.processes import STOP_GRACE_S, end_group, open_log, signal_group, spawn

__all__ = ["Child", "Program", "State", "next_delay_s"]

FIRST_DELAY_S = 0.5
MOST_DELAY_S = 30.0
HEALTHY_S = 60.0


class State(StrEnum):
    """Where a child is in its life (the diagram above)."""

    STARTING = "starting"
    READY = "ready"
    WAITING = "waiting"
    STOPPED = "stopped"


@dataclass(frozen=True)
class Program:
    """What a child runs.

    Args:
        name: what people call it.
        command: the program and its arguments.
        cwd: the folder it runs in.
        env: its whole environment.
        log: the file that takes its output.
        port: the port it listens on.
        probe: answers whether it is ready; must return within about a second and raise nothing.
    """

    name: str
    command: Sequence[str]
    cwd: Path
    env: Mapping[str, str]
    log: Path
    port: int
    probe: Callable[[], bool]


def next_delay_s(previous_s: float | None, ready_for_s: float) -> float:
    """How long to wait before a child that ended is started again.

    Args:
        previous_s: the delay before its last start, or None if there was none.
        ready_for_s: how long it was ready before it ended; 0 if it never was.
    """
    if previous_s is None or ready_for_s >= HEALTHY_S:
        return FIRST_DELAY_S
    return min(previous_s * 2, MOST_DELAY_S)


class Child:
    """One program, kept running.

    Args:
        program: what to run.
        clock: seconds that only go forward.
    """

    def __init__(self, program: Program, clock: Callable[[], float] = time.monotonic) -> None:
        self.program = program
        self.state = State.STOPPED
        self._clock = clock
        self._process: subprocess.Popen[bytes] | None = None
        self._since = clock()
        self._delay_s: float | None = None

    @property
    def pid(self) -> int | None:
        """Its process, or None where none runs."""
        running = self._process is not None and self.state in (State.STARTING, State.READY)
        return self._process.pid if self._process and running else None

    def start(self) -> str | None:
        """Start it; returns a line to show where that failed (it is then tried again like one that ended)."""
        program = self.program
        self._enter(State.STARTING)
        try:
            with open_log(program.log) as log:
                self._process = spawn(
                    program.command, cwd=program.cwd, env=program.env, stdout=log, stderr=subprocess.STDOUT
                )
        except OSError as error:
            self._process = None
            return self._wait_again(f"could not be started ({error.strerror})", ready_for_s=0)
        return None

    def step(self) -> str | None:
        """Look at it once and do what is due; returns a line to show if something happened to it."""
        now = self._clock()
        if self.state is State.WAITING and now >= self._since + (self._delay_s or 0):
            return self.start()
        if self._process is None or self.state not in (State.STARTING, State.READY):
            return None
        code = self._process.poll()
        if code is not None:
            signal_group(self._process, signal.SIGKILL)  # what it left behind would hold its port
            ready_for_s = now - self._since if self.state is State.READY else 0
            return self._wait_again(f"ended {_how(code)}", ready_for_s)
        if self.state is State.STARTING and self.program.probe():
            took_s = now - self._since
            self._enter(State.READY)
            return f"{self.program.name} is ready (after {took_s:.1f} s)"
        return None

    def kill(self) -> None:
        """End it at once, with all that it started; `stop` still has to follow."""
        if self._process is not None:
            signal_group(self._process, signal.SIGKILL)

    def stop(self, grace_s: float = STOP_GRACE_S) -> None:
        """End it, with all that it started, and leave it ended."""
        if self._process is not None:
            end_group(self._process, grace_s)
            self._process = None
        self._enter(State.STOPPED)

    def _enter(self, state: State) -> None:
        self.state = state
        self._since = self._clock()

    def _wait_again(self, what: str, ready_for_s: float) -> str:
        self._delay_s = next_delay_s(self._delay_s, ready_for_s)
        self._enter(State.WAITING)
        again = f"starting it again in {self._delay_s:g} s"
        return f"{self.program.name} {what}; {again} (see {self.program.log})"


def _how(code: int) -> str:
    """An exit code in words."""
    if code >= 0:
        return f"with exit code {code}"
    try:
        return f"by {signal.Signals(-code).name}"
    except ValueError:
        return f"by signal {-code}"
