"""A service and a Rasa of one's own, on free ports and with a record of their own, for as long as dialogues are played.

They run the dialogue of this checkout, trained first where it changed, with the very bundle that is judged. What is
said to them is gone with their folder, and no clinic's staff ever hears of it.
"""

import contextlib
import secrets
import socket
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from mesofaq.errors import Code, Problem
from mesofaq.settings import Settings
from mesofaq.supervise.children import Child, State
from mesofaq.supervise.preflight import check_rasa_python
from mesofaq.supervise.programs import rasa_program, service_program, service_url
from mesofaq.supervise.training import ensure_dialogue

__all__ = ["own_service", "own_settings"]

START_S = 180.0
LOOK_EVERY_S = 0.2
_PATIENCE_S = 30.0
"""It is measured how right the answers are, not how fast: a busy machine must not make them look wrong."""


def own_settings(settings: Settings, bundle: Path, folder: Path) -> Settings:
    """The settings of such a service: this checkout's, but with nothing that belongs to another.

    Args:
        settings: the checkout's settings.
        bundle: the folder of the bundle to serve.
        folder: where everything goes that is made at run time.
    """
    port, rasa_port = _free_ports(2)
    own: dict[str, Any] = {
        "home": settings.home.resolve(),
        "var_dir": folder.resolve(),
        "bundle": bundle.resolve(),
        "host": "127.0.0.1",
        "port": port,
        "rasa_port": rasa_port,
        "rasa_token": secrets.token_urlsafe(32),
        "rasa_timeout_s": max(settings.rasa_timeout_s, _PATIENCE_S),
        "rate_limit": 0,
        # Empty: a database and a tracker under `folder`, Rasa on this machine, throttles in memory.
        **dict.fromkeys(("rasa_url", "database_url", "rasa_tracker_url", "redis_url"), ""),
    }
    return settings.model_copy(update=own)


@contextlib.contextmanager
def own_service(settings: Settings, bundle: Path, progress: Callable[[str], None]) -> Iterator[str]:
    """Start both, give the service's address, and leave nothing running and nothing on record.

    Args:
        settings: the checkout's settings.
        bundle: the folder of the bundle to serve.
        progress: is told, in a few words, what is being done.

    Yields:
        Where the service answers.

    Raises:
        Problem: `python-missing` or `rasa-failed`, the dialogue cannot be trained or run; `not-ready`, they did not
            start in three minutes.
    """
    check_rasa_python(settings)
    model = ensure_dialogue(settings, progress)
    with tempfile.TemporaryDirectory(prefix="mesofaq-eval-", ignore_cleanup_errors=True) as folder:
        own = own_settings(settings, bundle, Path(folder))
        children = [Child(service_program(own)), Child(rasa_program(own, model))]
        progress("Starting a service and a Rasa of their own")
        try:
            start(children)
            yield service_url(own)
        finally:
            for child in children:
                child.stop()


def start(
    children: Sequence[Child],
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Start the children and wait until all are ready.

    Raises:
        Problem: `not-ready`, one ended or was not ready in time; with the last line of its log.
    """
    began = clock()
    for child in children:
        child.start()
    while not all(child.state is State.READY for child in children):
        for child in children:
            child.step()
            if child.state is State.WAITING or clock() - began > START_S:
                late = "ended" if child.state is State.WAITING else f"was not ready after {START_S:.0f} s"
                raise Problem(
                    Code.NOT_READY,
                    f"To play dialogues, {child.program.name} was started and {late}: {_last_line(child.program.log)}",
                )
        sleep(LOOK_EVERY_S)


def _last_line(log: Path) -> str:
    """What it said last."""
    text = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
    said = [line.strip() for line in text.splitlines() if line.strip()]
    return said[-1][:300] if said else "it said nothing."


def _free_ports(count: int) -> list[int]:
    """Ports on which nothing listens, each another."""
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in sockets]
