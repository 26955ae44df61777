"""A clinic's day in fast motion while its processes are killed: patients, nurses, a killer, and a ledger of all said.

The service and Rasa run as `mesofaq up` runs them, by the same commands and environments. Only who starts them again is
another: the supervisor's pauses grow to half a minute, and a start is mostly imports; `warm.py` spares both.
"""

import contextlib
import random
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psutil
from e2e_helpers import EMERGENCY, PERSON, QUESTION, Listener, patiently
from staff_client import StaffClient

from fixtures_live import Chat, Instance, eventually
from mesofaq.supervise.children import Program
from mesofaq.supervise.processes import end_group

IMPORTS = {
    "service": "uvicorn,uvicorn.loops.auto,uvicorn.protocols.http.auto,uvicorn.lifespan.on,mesofaq.web.app",
    "rasa": "rasa.__main__,rasa.core.run",
}
SERVICE_SHARE = 0.85
MOST_ACTS = 16
"""So many acts may begin before the next kill."""
LONGEST_PAUSE_S = 0.4
PATIENCE_S = 600.0
SERVED_WITHIN_S = 60.0


class Kept:
    """A program that is started again at once whenever it was killed.

    Args:
        program: what `mesofaq up` would run.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        program.log.parent.mkdir(parents=True, exist_ok=True)
        python, *arguments = program.command
        self._starter = subprocess.Popen(
            [python, str(Path(__file__).with_name("warm.py")), str(program.log), IMPORTS[program.name], *arguments],
            cwd=program.cwd,
            env=dict(program.env),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            process_group=0,
        )
        self.pid = 0

    def start(self) -> None:
        """Start it anew."""
        assert self._starter.stdin is not None
        assert self._starter.stdout is not None
        self._starter.stdin.write(b"\n")
        self._starter.stdin.flush()
        self.pid = int(self._starter.stdout.readline())

    @property
    def is_ready(self) -> bool:
        """Whether it answers."""
        return psutil.pid_exists(self.pid) and self.program.probe()

    def kill_and_start(self) -> None:
        """`kill -9`, and begin anew."""
        psutil.Process(self.pid).kill()
        eventually(lambda: not psutil.pid_exists(self.pid), 20, f"{self.program.name} has ended")
        self.start()

    def end(self) -> None:
        """End it with all that belongs to it: the kernel ends it with its starter."""
        end_group(self._starter)
        for pipe in (self._starter.stdin, self._starter.stdout):
            assert pipe is not None
            pipe.close()
        eventually(lambda: not psutil.pid_exists(self.pid), 20, f"{self.program.name} has ended")


class Flow:
    """Which acts are under way now: so that a kill hits one, and it is known which."""

    def __init__(self) -> None:
        self._acts: Counter[str] = Counter()
        self._began = threading.Condition()
        self._count = 0

    @contextlib.contextmanager
    def act(self, name: str) -> Iterator[None]:
        """Something that a patient or a nurse does."""
        with self._began:
            self._acts[name] += 1
            self._count += 1
            self._began.notify_all()
        try:
            yield
        finally:
            with self._began:
                self._acts[name] -= 1

    def wait_for(self, acts: int, within_s: float) -> None:
        """Wait until so many more acts have begun."""
        with self._began:
            goal = self._count + acts
            self._began.wait_for(lambda: self._count >= goal, within_s)

    def under_way(self) -> list[str]:
        """The kinds of acts that are under way."""
        with self._began:
            return [name for name, count in self._acts.items() if count]


@dataclass
class Told:
    """What one patient said, and was told of it."""

    chat: Chat
    said: list[str] = field(default_factory=list)
    replies: list[dict[str, Any]] = field(default_factory=list)
    heard: list[int] = field(default_factory=list)
    """The places of what came over the open stream, in the order in which it came."""
    until: int = 0
    """The last place that the stream had to bring."""
    was_served: bool = False


class Storm:
    """Everybody at once.

    Args:
        instance: the service's address and settings; its processes are `kept`.
        kept: the service and Rasa.
        seed: of all that is left to chance here.
    """

    def __init__(self, instance: Instance, kept: Sequence[Kept], seed: int) -> None:
        self.instance = instance
        self.kept = kept
        self.flow = Flow()
        self.told: list[Told] = []
        self.replied: dict[str, list[str]] = {}
        """What staff were told is on record, by conversation and in order."""
        self.refused: list[str] = []
        self.kills: Counter[str] = Counter()
        self.points: Counter[str] = Counter()
        self.repeats = 0
        self._seed = seed
        self._lock = threading.Lock()
        self._is_over = threading.Event()
        self._have_left = threading.Event()
        self._failures: list[BaseException] = []

    def rage(self, kills: int, patients: int, nurses: Sequence[StaffClient]) -> None:
        """Let all of them go about their business until so many processes were killed and the last is served."""
        for one in self.kept:
            one.start()
        self._all_ready()
        for nurse in nurses:
            nurse.sign_in()
        coming = [threading.Thread(target=self._run, args=(self._be_patient, n)) for n in range(patients)]
        working = [threading.Thread(target=self._run, args=(self._be_nurse, n, one)) for n, one in enumerate(nurses)]
        for thread in (*coming, *working):
            thread.start()
        try:
            self._kill(kills)
            self._all_ready()
        finally:
            self._is_over.set()
            for thread in coming:
                thread.join()
            self._have_left.set()
            for thread in working:
                thread.join()
        if self._failures:
            raise self._failures[0]

    def _all_ready(self) -> None:
        for one in self.kept:
            eventually(lambda one=one: one.is_ready, 180, f"{one.program.name} is ready")  # type: ignore[misc]

    def _run(self, act: Any, *arguments: Any) -> None:
        try:
            act(*arguments)
        except BaseException as error:
            self._failures.append(error)
            self._is_over.set()

    def _kill(self, kills: int) -> None:
        chance, service = random.Random(f"{self._seed}:kills"), self.kept[0]
        while sum(self.kills.values()) < kills and not self._is_over.is_set():
            wanted = 0 if chance.random() < SERVICE_SHARE else 1
            # Without the service nothing goes on, and there is no point of the flow to hit.
            eventually(lambda: service.is_ready, 180, "the service is ready")
            target = self.kept[wanted] if self.kept[wanted].is_ready else service
            self.flow.wait_for(chance.randint(1, MOST_ACTS), within_s=3)
            time.sleep(chance.uniform(0, LONGEST_PAUSE_S) ** 2)
            hit = self.flow.under_way()
            target.kill_and_start()
            self.kills[target.program.name] += 1
            self.points.update(hit or ["between acts"])

    # Patients

    def _be_patient(self, number: int) -> None:
        chance = random.Random(f"{self._seed}:patient:{number}")
        while not self._is_over.is_set():
            opened = patiently(self._open, PATIENCE_S, "a conversation").json()
            told = Told(Chat(self.instance.url, opened))
            with self._lock:
                self.told.append(told)
            with Listener(told.chat) as listener:
                self._talk(told, listener, chance)
                told.until = max(line["sequence"] for line in self._transcript(told) if line["from"] != "patient")
                eventually(lambda: told.until in listener.places, PATIENCE_S, "the stream brings all")  # noqa: B023
            told.heard = [place for place in listener.places if place <= told.until]

    def _open(self) -> httpx.Response:
        with self.flow.act("begin"):
            return httpx.post(f"{self.instance.url}/v1/conversations", trust_env=False, timeout=30)

    def _talk(self, told: Told, listener: Listener, chance: random.Random) -> None:
        self._say(told, QUESTION)
        self._say(told, PERSON)
        told.was_served = self._wait_for_staff(listener, 1)
        self._say(told, EMERGENCY if chance.random() < 0.15 else "thank you, and one more thing")
        self._wait_for_staff(listener, 2)
        self._say(told, QUESTION)

    def _say(self, told: Told, text: str) -> None:
        """Say it as the page does: again with the same id until it is answered, or taken by a person."""
        form, tries = str(uuid4()), 0

        def send() -> httpx.Response:
            nonlocal tries
            tries += 1
            with self.flow.act("message"):
                return told.chat.post(text, form)

        told.said.append(text)
        answer = patiently(send, PATIENCE_S, "a message is answered")
        assert answer.status_code == httpx.codes.OK, answer.text
        told.replies += answer.json()["messages"]
        with self._lock:
            self.repeats += tries - 1

    def _wait_for_staff(self, listener: Listener, replies: int) -> bool:
        deadline = time.monotonic() + SERVED_WITHIN_S
        while time.monotonic() < deadline:
            if sum(message["from"] == "staff" for _, message in list(listener.events)) >= replies:
                return True
            time.sleep(0.1)
        return False

    def _transcript(self, told: Told) -> list[dict[str, Any]]:
        answer = patiently(lambda: told.chat.ask("GET", "/messages"), PATIENCE_S, "the transcript")
        messages: list[dict[str, Any]] = answer.json()["messages"]
        return messages

    # Nurses

    def _be_nurse(self, number: int, nurse: StaffClient) -> None:
        chance = random.Random(f"{self._seed}:nurse:{number}")
        count = 0
        while True:
            lines = [line for line in nurse.queue() if line.is_open or line.is_mine]
            if not lines and self._have_left.is_set():
                return
            if not lines:
                time.sleep(0.2)
                continue
            # Two often want the same one: both look at the top of the queue.
            chosen = chance.choice(lines[:3]).conversation_id
            if not nurse.claim(chosen):
                continue
            for _ in range(2):
                count += 1
                self._reply(nurse, chosen, f"{nurse.username} writes, for the {count}th time")
            if chance.random() < 0.3:
                nurse.release(chosen)
                continue
            if chance.random() < 0.5:
                nurse.note(chosen, "all is told")
            nurse.resolve(chosen)

    def _reply(self, nurse: StaffClient, conversation_id: str, text: str) -> None:
        is_on_record = nurse.reply(conversation_id, text)
        with self._lock:
            if is_on_record:
                self.replied.setdefault(conversation_id, []).append(text)
            else:
                self.refused.append(text)
