"""The loop of `mesofaq up`: start both programs, keep them running, stop them together."""

import secrets
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from mesofaq.settings import Settings
from mesofaq.supervise import preflight
from mesofaq.supervise.children import Child, State
from mesofaq.supervise.prepare import prepare_apart
from mesofaq.supervise.programs import rasa_program, service_program, service_url
from mesofaq.supervise.runfile import held, write_run_file

__all__ = ["Supervisor", "up"]

LOOK_EVERY_S = 0.1
SLOW_START_S = 60.0
_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Supervisor:
    """Keeps children running until it is told to stop.

    Args:
        children: what to run. All are started at once, and stopped one after another in this order: callers
            before those whom they call, so that what is under way can finish.
        say: takes the lines for people.
        changed: called after a child's process or state changed.
        ready: the line to say when all are ready for the first time.
        clock: seconds that only go forward.
        sleep: waits for so many seconds.
    """

    def __init__(
        self,
        children: Sequence[Child],
        *,
        say: Callable[[str], None],
        changed: Callable[[], None],
        ready: str,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._children = children
        self._say = say
        self._changed = changed
        self._ready = ready
        self._clock = clock
        self._sleep = sleep
        self._stops = 0

    def stop(self, number: int = 0, frame: FrameType | None = None) -> None:
        """Ask the loop to end (a signal handler); asked again, kill the children without waiting for them."""
        self._stops += 1
        if self._stops > 1:
            for child in self._children:
                child.kill()

    def run(self) -> None:
        """Start all, look at each every 0.1 s, and when asked to stop leave none running."""
        began = self._clock()
        announced = told_slow = False
        try:
            for child in self._children:
                self._tell(child.start())
            self._changed()
            while not self._stops:
                for child in self._children:
                    before = (child.state, child.pid)
                    self._tell(child.step())
                    if before != (child.state, child.pid):
                        self._changed()
                if not announced and all(child.state is State.READY for child in self._children):
                    announced = True
                    self._say(self._ready)
                if not (announced or told_slow) and self._clock() - began > SLOW_START_S:
                    told_slow = True
                    late = [child.program for child in self._children if child.state is not State.READY]
                    self._say("; ".join(f"{program.name} is not ready yet (see {program.log})" for program in late))
                self._sleep(LOOK_EVERY_S)
        finally:
            for child in self._children:
                child.stop()

    def _tell(self, line: str | None) -> None:
        if line:
            self._say(line)


@contextmanager
def _on_signals(handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Have a handler called on Ctrl-C, SIGTERM and a closed terminal (unless `nohup` said to outlive that)."""
    ignored = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    before = {
        number: signal.signal(number, handler) for number in _STOPPING if not (number is signal.SIGHUP and ignored)
    }
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def up(settings: Settings, say: Callable[[str], None]) -> None:
    """Run MesoFAQ on this machine until SIGINT, SIGTERM or SIGHUP; returns with nothing left running.

    Args:
        settings: the settings; without `rasa_token` a fresh one is made for this run.
        say: takes the lines for people.

    Raises:
        Problem: something stands in the way of starting, in one sentence.
    """
    settings = settings.model_copy(
        update={
            "home": settings.home.resolve(),
            "var_dir": settings.var.resolve(),
            "rasa_token": settings.rasa_token or ("" if settings.rasa_url else secrets.token_urlsafe(32)),
        }
    )
    try:
        with _on_signals(_interrupt), held(settings):
            preflight.check(settings)
            children = _children(settings, prepare_apart(settings), say)
            supervisor = Supervisor(
                children,
                say=say,
                changed=lambda: write_run_file(settings, children),
                ready=f"MesoFAQ is ready: open {service_url(settings)}/ (Ctrl-C stops it)",
            )
            with _on_signals(supervisor.stop):
                supervisor.run()
    except KeyboardInterrupt:
        pass  # asked to stop before anything ran
    say("Stopped.")


def _children(settings: Settings, made: Mapping[str, Path], say: Callable[[str], None]) -> list[Child]:
    if settings.rasa_url:
        say(f"Starting the service; Rasa is expected at {settings.rasa_url} (MESOFAQ_RASA_URL).")
        return [Child(service_program(settings))]
    say("Starting the service and Rasa (about 10 s)…")
    return [Child(service_program(settings)), Child(rasa_program(settings, made["model"]))]
