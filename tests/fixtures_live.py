"""MesoFAQ itself for tests: `mesofaq up` with the real Rasa, on free ports, with a record of its own.

    live_service    the address of one instance that most tests share; nobody may harm it
    live            the same instance, with its settings, processes, logs and command line
    fresh_service   an instance for one file of tests, which may do to it what they like

Bundle and dialogue are those of the checkout, made first where they are stale, and lent to every instance.
"""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from mesofaq.settings import Settings
from mesofaq.supervise.preflight import rasa_python
from mesofaq.supervise.processes import end_group, spawn
from mesofaq.supervise.programs import environment, service_url
from mesofaq.supervise.runfile import read_pids

ROOT = Path(__file__).parents[1]
START_S = 180.0
ANSWER_S = 30.0

_JSON = {"Content-Type": "application/json"}
_NEEDS_RASA = frozenset({"live_service", "live", "fresh_service", "lent"})


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever asks for an instance starts Rasa, and says so."""
    for item in items:
        if _NEEDS_RASA & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.rasa)


def free_ports(count: int) -> list[int]:
    """Ports on which nothing listens, each another."""
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in sockets]


def eventually(holds: Callable[[], Any], within_s: float, what: str) -> Any:
    """Look often until `holds` gives something true, and give that; fail after `within_s` seconds."""
    deadline = time.monotonic() + within_s
    while not (found := holds()):
        assert time.monotonic() < deadline, f"not within {within_s:g} s: {what}"
        time.sleep(0.05)
    return found


def processes_of(folder: Path) -> list[str]:
    """The processes that were started with `folder` as their place for run-time files."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.pid != os.getpid() and any(str(folder) in value for value in process.environ().values()):
                found.append(f"{process.pid} {' '.join(process.cmdline())[:120]}")
    return found


class Chat:
    """One conversation with a service, as a program on the chat API has it.

    Args:
        url: the service.
        opened: a conversation that was opened before, to go on with it.
    """

    def __init__(self, url: str, opened: dict[str, str] | None = None) -> None:
        self.url = url
        if opened is None:
            answer = httpx.post(f"{url}/v1/conversations", trust_env=False, timeout=ANSWER_S)
            assert answer.status_code == httpx.codes.CREATED, answer.text
            opened = answer.json()
        self.opened = opened
        self.id = opened["conversation_id"]
        self.path = f"/v1/conversations/{self.id}"
        self.headers = {"Authorization": f"Bearer {opened['token']}"}

    def ask(self, method: str, path: str = "", **request: Any) -> httpx.Response:
        """One request under the conversation's address, with its token."""
        sent = {"headers": self.headers, "timeout": ANSWER_S, **request}
        return httpx.request(method, f"{self.url}{self.path}{path}", trust_env=False, **sent)

    def post(self, text: str, client_message_id: str | None = None) -> httpx.Response:
        """Send one message."""
        body = {"text": text} | ({"client_message_id": client_message_id} if client_message_id else {})
        # Escaped: half a surrogate pair can be sent, as a browser does when it cuts an emoji in two.
        return self.ask("POST", "/messages", content=json.dumps(body), headers=self.headers | _JSON)

    def say(self, text: str, client_message_id: str | None = None) -> list[dict[str, Any]]:
        """Send one message and give its replies."""
        answer = self.post(text, client_message_id)
        assert answer.status_code == httpx.codes.OK, answer.text
        replies: list[dict[str, Any]] = answer.json()["messages"]
        assert replies
        return replies

    def transcript(self) -> list[dict[str, Any]]:
        """Both sides so far."""
        answer = self.ask("GET", "/messages")
        assert answer.status_code == httpx.codes.OK, answer.text
        messages: list[dict[str, Any]] = answer.json()["messages"]
        return messages


class Instance:
    """A `mesofaq up` of its own.

    Args:
        settings: its ports and folders.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.url = service_url(settings)
        self.console = settings.var / "console.txt"
        self._process: subprocess.Popen[bytes] | None = None

    def chat(self) -> Chat:
        """A new conversation."""
        return Chat(self.url)

    def cli(self, *arguments: str, given: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run `mesofaq` with this instance's settings; `given` is what it reads from standard input."""
        return subprocess.run(
            [*_program(), *arguments],
            env=environment(self.settings),
            cwd=self.settings.home,
            input=given,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def cli_json(self, *arguments: str) -> Any:
        """The same with `--json`, read."""
        done = self.cli(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def handoffs(self) -> dict[str, dict[str, Any]]:
        """The open handoffs as `mesofaq handoffs` lists them, by id, the most urgent first."""
        return {line["id"]: line for line in self.cli_json("handoffs", "--limit", "1000")}

    def pid(self, name: str) -> int:
        """The process number of `supervisor`, `service` or `rasa`, once it runs."""
        return int(eventually(lambda: read_pids(self.settings).get(name), START_S, f"{name} runs"))

    def send(self, name: str, number: signal.Signals) -> int:
        """Send a signal to one of the processes; gives which it was."""
        pid = self.pid(name)
        os.kill(pid, number)
        return pid

    def start(self) -> "Instance":
        """Start it, if it does not run, and wait until a question would be answered."""
        if self._process is None or self._process.poll() is not None:
            with self.console.open("ab") as console:
                self._process = spawn(
                    [*_program(), "up"],
                    cwd=self.settings.home,
                    env=environment(self.settings),
                    stdout=console,
                    stderr=subprocess.STDOUT,
                )
        eventually(self._ready, START_S, f"MesoFAQ is ready\n{self.told()}")
        return self

    def wait(self, within_s: float = 30) -> int:
        """Wait until the supervisor has ended; gives its exit code."""
        assert self._process is not None
        return self._process.wait(within_s)

    def told(self) -> str:
        """What it told people so far."""
        return self.console.read_text(encoding="utf-8")

    def logs(self) -> str:
        """Everything in its logs."""
        return "\n".join(path.read_text(encoding="utf-8") for path in sorted((self.settings.var / "log").iterdir()))

    def stop(self) -> None:
        """End it, and see that nothing of it is left."""
        if self._process is not None:
            end_group(self._process, grace_s=30)
        eventually(lambda: not processes_of(self.settings.var), 15, "everything has ended")

    def answers(self, path: str = "/health") -> bool:
        """Whether the service runs; under `/health/ready`, whether it would answer a question."""
        with contextlib.suppress(httpx.HTTPError):
            return httpx.get(f"{self.url}{path}", trust_env=False, timeout=5).status_code == httpx.codes.OK
        return False

    def _ready(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, f"mesofaq up has ended:\n{self.told()}"
        return self.answers("/health/ready")


def _program() -> list[str]:
    return [str(Path(sys.executable).with_name("mesofaq"))]


def lend(folder: Path) -> Path:
    """Fill `folder`, for run-time files, with the checkout's bundle and dialogue, made first where they are stale.

    Returns:
        The dialogue's model in it.
    """
    done = subprocess.run(
        [sys.executable, "-m", "mesofaq.supervise.prepare", "--json"],
        env=environment(Settings(home=ROOT)),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    made = json.loads(done.stdout)
    assert done.returncode == 0, made
    bundle, model = Path(made["bundle"]), Path(made["model"])
    (folder / "bundles").mkdir()
    (folder / "bundles" / bundle.name).symlink_to(bundle)
    (folder / "bundles" / "CURRENT").write_text(f"{bundle.name}\n", encoding="utf-8")
    # Should the content change meanwhile, a new bundle need not start with the encoder.
    (folder / "cache").symlink_to(ROOT / "var" / "cache")
    models = folder / "rasa" / "models"
    models.mkdir(parents=True)
    return Path(shutil.copy(model, models))


@pytest.fixture(scope="session")
def lent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder to copy, with the bundle and the dialogue in it."""
    if not rasa_python(Settings(home=ROOT)).exists():
        pytest.skip("bot/.venv is missing: run 'make setup'")
    folder = tmp_path_factory.mktemp("lent")
    lend(folder)
    return folder


@contextlib.contextmanager
def _instance(lent: Path, folder: Path) -> Iterator[Instance]:
    shutil.copytree(lent, folder, symlinks=True, dirs_exist_ok=True)
    port, rasa_port = free_ports(2)
    instance = Instance(Settings(home=ROOT, var_dir=folder, port=port, rasa_port=rasa_port, rate_limit=0))
    try:
        yield instance.start()
    finally:
        instance.stop()


@pytest.fixture(scope="session")
def live(lent: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    with _instance(lent, tmp_path_factory.mktemp("live")) as instance:
        yield instance


@pytest.fixture(scope="session")
def live_service(live: Instance) -> str:
    return live.url


@pytest.fixture(scope="module")
def fresh_service(lent: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    with _instance(lent, tmp_path_factory.mktemp("fresh")) as instance:
        yield instance
