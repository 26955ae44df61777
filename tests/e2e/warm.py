"""Runs a program again and again in fresh processes whose modules are imported already (by either Python).

`warm.py LOG MODULES -m MODULE ARGS…` or `warm.py LOG MODULES SCRIPT ARGS…`: for each line on standard input a process
is forked, and runs the program as `python -m` would; its number is printed. It shares nothing with the one before it
but code: nothing of the program has run when it is forked. Importing is most of a start (TensorFlow, spaCy), and tests
that kill a program hundreds of times have no use for waiting for it. All end with whoever started this.
"""

import ctypes
import importlib
import os
import runpy
import signal
import sys
from pathlib import Path

PR_SET_PDEATHSIG = 1


def run(log: str, program: list[str]) -> None:
    """Be the program."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    if program[0] == "-m":
        sys.argv = program[1:]
        runpy.run_module(program[1], run_name="__main__", alter_sys=True)
    else:
        sys.argv = program
        sys.path.insert(0, str(Path(program[0]).parent))
        runpy.run_path(program[0], run_name="__main__")


def main(log: str, modules: str, *program: str) -> None:
    """Fork whenever a line comes."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel clears away who ended
    sys.path[0] = str(Path.cwd())
    for module in modules.split(","):
        importlib.import_module(module)
    for _ in iter(sys.stdin.readline, ""):
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                run(log, list(program))
                status = 0
            except SystemExit as ended:
                status = ended.code if isinstance(ended.code, int) else 1
            except BaseException:
                sys.excepthook(*sys.exc_info())
            finally:
                sys.stderr.flush()
                os._exit(status)
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
