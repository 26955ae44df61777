"""Processes that do not outlive their supervisor: starting them, ending them, asking whether they answer.

Each leads a process group of its own, so that Ctrl-C in a terminal reaches only the supervisor, which stops
the others in order, and so that what a process started goes with it. On Linux the kernel ends a process whose
supervisor was killed (`PR_SET_PDEATHSIG`); elsewhere it stays, and the next start finds its port in use.
"""

import ctypes
import http.client
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

__all__ = ["STOP_GRACE_S", "end_group", "http_probe", "open_log", "signal_group", "spawn"]

STOP_GRACE_S = 10.0
LOG_MAX_BYTES = 5_000_000
LOG_KEPT = 3

_PR_SET_PDEATHSIG = 1
# Loaded here and not between fork and exec, where no lock may be waited for.
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def spawn(
    command: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str],
    stdout: IO[bytes] | int | None,
    stderr: IO[bytes] | int | None,
) -> subprocess.Popen[bytes]:
    """Start a process that leads a group of its own and, on Linux, does not outlive this one.

    Call it in the main thread: to the kernel a parent is gone when the *thread* that started the child ends.

    Raises:
        OSError: the program is missing or cannot be run.
    """
    return subprocess.Popen(  # noqa: S603  the commands are ours
        list(command),
        cwd=cwd,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=stderr,
        process_group=0,
        preexec_fn=_die_with(os.getpid()),
    )


def _die_with(parent: int) -> Callable[[], None] | None:
    """What a new process does before it becomes the program: ask the kernel to end it when `parent` ends."""
    libc = _LIBC
    if libc is None:
        return None

    def before_exec() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it ended before we asked
            os._exit(1)

    return before_exec


def signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """Send a signal to whatever is left of a process's group; nothing left is fine."""
    try:
        os.killpg(process.pid, number)
    except (ProcessLookupError, PermissionError):  # macOS answers the latter where only zombies are left
        return


def end_group(process: subprocess.Popen[bytes], grace_s: float = STOP_GRACE_S) -> None:
    """End a process and all that it started: SIGTERM, `grace_s` seconds, then SIGKILL to the group."""
    if process.poll() is None:
        signal_group(process, signal.SIGTERM)
        try:
            process.wait(grace_s)
        except subprocess.TimeoutExpired:
            signal_group(process, signal.SIGKILL)
            process.wait()
    signal_group(process, signal.SIGKILL)


def http_probe(url: str, expected: bytes = b"") -> Callable[[], bool]:
    """A probe that is content with status 200 and `expected` within the first 4 kB of the body.

    It returns within about a second, the time it allows for each step of the exchange.
    """
    parts = urlsplit(url)

    def probe() -> bool:
        # http.client and not httpx: no proxy variable of the machine may come between.
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=1)
        try:
            connection.request("GET", parts.path or "/")
            response = connection.getresponse()
            return response.status == http.HTTPStatus.OK and expected in response.read(4096)
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    return probe


def open_log(path: Path) -> IO[bytes]:
    """Open a log to add to it; one past `LOG_MAX_BYTES` is moved to `.1` first, that to `.2` and so on."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > LOG_MAX_BYTES:
        for number in range(LOG_KEPT - 1, 0, -1):
            older = path.with_name(f"{path.name}.{number}")
            if older.exists():
                older.replace(path.with_name(f"{path.name}.{number + 1}"))
        path.replace(path.with_name(f"{path.name}.1"))
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")
