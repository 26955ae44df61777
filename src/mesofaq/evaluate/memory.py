"""What the running processes hold in memory, now and at most since they started."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

__all__ = ["Memory", "memory_of", "peak_rss"]

_MIB = 2**20
_PROC = Path("/proc")


@dataclass(frozen=True)
class Memory:
    """One program's resident memory in MiB, with the processes it started; `peak_mib` is None where nobody keeps it."""

    name: str
    now_mib: float
    peak_mib: float | None


def memory_of(pids: Mapping[str, int]) -> list[Memory]:
    """The memory of each program; one that has ended meanwhile is left out.

    Args:
        pids: name to process number, as `supervise.read_pids` gives them.
    """
    found = []
    for name, pid in pids.items():
        try:
            process = psutil.Process(pid)
            family = [process, *process.children(recursive=True)]
            now = sum(member.memory_info().rss for member in family)
        except psutil.NoSuchProcess:
            continue
        peaks = [peak_rss(member.pid) for member in family]
        # Members need not have been largest at the same moment: the sum is an upper bound.
        known = [peak for peak in peaks if peak is not None]
        peak = sum(known) if len(known) == len(peaks) else None
        found.append(Memory(name, round(now / _MIB, 1), None if peak is None else round(peak / _MIB, 1)))
    return found


def peak_rss(pid: int, proc: Path = _PROC) -> int | None:
    """The high-water mark of a process's resident memory in bytes (Linux's VmHWM); None where it is not kept."""
    try:
        status = (proc / str(pid) / "status").read_text(encoding="utf-8")
    except OSError:
        return None
    for line in status.splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return None
