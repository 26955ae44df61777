"""`var/run/`: which processes run for this home folder, and the lock that keeps a second supervisor out.

`up.json` holds, for the supervisor and each child, `pid`, `port`, `state` and when the process began, which
tells it from a later process with the same number. It is removed at exit. After a crash it may stay behind:
`read_pids` leaves out what no longer runs.
"""

import contextlib
import fcntl
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import psutil

from mesofaq.errors import Code, Problem
from mesofaq.settings import Settings
from mesofaq.supervise.children import Child

__all__ = ["held", "read_pids", "run_file", "write_run_file"]


def run_file(settings: Settings) -> Path:
    """Where the running processes are listed."""
    return settings.var / "run" / "up.json"


@contextlib.contextmanager
def held(settings: Settings) -> Iterator[None]:
    """Be the one supervisor of this home folder; at the end the list of processes is removed.

    Raises:
        Problem: `conflict`, another supervisor is at work here.
    """
    path = run_file(settings)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name("up.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pid = read_pids(settings).get("supervisor")
            who = f" as process {pid}" if pid else ""
            raise Problem(
                Code.CONFLICT, f"MesoFAQ is already running in this folder{who}: stop it first, or use it."
            ) from None
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


def write_run_file(settings: Settings, children: Iterable[Child]) -> None:
    """Write who runs now, in one step: a reader sees the old list or the new one, never half of one."""
    entries: dict[str, dict[str, Any]] = {"supervisor": _entry(os.getpid())}
    for child in children:
        entries[child.program.name] = {
            "port": child.program.port,
            "state": str(child.state),
            **_entry(child.pid),
        }
    path = run_file(settings)
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(entries, indent=2) + "\n", encoding="utf-8")
    fresh.replace(path)


def read_pids(settings: Settings) -> dict[str, int]:
    """Who runs for this home folder, of `supervisor`, `service` and `rasa`: name to process number."""
    try:
        entries = json.loads(run_file(settings).read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    return {
        name: entry["pid"]
        for name, entry in entries.items()
        if entry["pid"] is not None and _same_moment(_began(entry["pid"]), entry["began"])
    }


def _entry(pid: int | None) -> dict[str, Any]:
    return {"pid": pid, "began": _began(pid) if pid is not None else None}


def _same_moment(one: float | None, other: float | None) -> bool:
    # Setting the clock right moves the computed moment a little; a number does not come back so soon.
    return one is not None and other is not None and abs(one - other) < 1


def _began(pid: int) -> float | None:
    """When a process began, or None where it has ended."""
    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else process.create_time()
    except psutil.NoSuchProcess:
        return None
