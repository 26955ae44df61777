"""`mesofaq up`: everything for one machine, started, watched and stopped together.

    preflight   is this machine ready? ports, Rasa's Python, disk space
    prepare     bundle and dialogue made if stale, in a process of its own (PyTorch leaves with it)
    training    the dialogue's part of that: `rasa train core`
    programs    the two commands, their environment, Rasa's generated endpoints
    processes   start and end a process and all it started
    children    one child's life: start, ready, died, wait, start again, stop
    runfile     var/run/up.json: who runs, for tools and tests
    service     the loop over all of it

Only one process supervises a home folder at a time, by a file lock that a crash releases.
"""

from mesofaq.supervise.runfile import read_pids

__all__ = ["read_pids"]
