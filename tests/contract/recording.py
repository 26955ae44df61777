"""Plays a conversation through the real Rasa, and keeps what Rasa and the service say to each other.

The conversation makes Rasa run every action of the domain. All patients in it are invented.
"""

import contextlib
import http.server
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx

from fixtures_live import START_S, Chat, eventually, free_ports
from mesofaq.settings import Settings
from mesofaq.supervise.children import Child, State
from mesofaq.supervise.programs import rasa_program, service_program, service_url

TOKEN = "the-token-of-the-recording"
EMERGENCY = "i cant breathe and my face is swelling since the injections"
UNKNOWN = "message:00000000-0000-4000-8000-000000000000"
START = "can you check if it's ok for me"
START_FOR_ANOTHER = "can you check if it's ok for my mum"

CONVERSATIONS = (
    ("hello", "when can i wash my hair after the session", "where is that from", "can you repeat that please"),
    ("tell me about the needles", "sessions", "how long does it take", "can I get a refund"),
    ("I nearly passed out when I saw the bill haha", "No, it is not happening now"),
    ("bonjour, combien coûte une séance",),
    (START, "not sure", "why do you ask", "go back", "no", "can I get a refund", "xyzzy blorp", "stop"),
    (START, *["no"] * 10, "wait, I do take Plavix"),
    # Every item, and after each bare "yes" its follow-up question.
    (START_FOR_ANOTHER, "my mum's", *["yes", "not sure"] * 10),
)
"""What is sent to the service, one conversation each."""

PAST_THE_SERVICE = ((EMERGENCY,), (START, EMERGENCY), (UNKNOWN,))
"""What is sent to Rasa itself: the service would answer an emergency alone, and never names an unknown message."""


@dataclass(frozen=True)
class Call:
    """One request of Rasa and its answer; `headers` are those that the contract is about."""

    path: str
    headers: dict[str, str]
    request: dict[str, Any]
    status: int
    response: dict[str, Any]


@dataclass
class Proxy:
    """Stands between Rasa and the service, and keeps every call."""

    target: str
    port: int = 0
    calls: list[Call] = field(default_factory=list)


@contextlib.contextmanager
def proxied(target: str) -> Iterator[Proxy]:
    """Run the proxy in front of `target`."""
    proxy = Proxy(target)

    class Forwards(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name: value for name, value in self.headers.items() if name in ("Authorization", "Content-Type")}
            answer = httpx.post(f"{proxy.target}{self.path}", content=request, headers=headers, trust_env=False)
            proxy.calls.append(
                Call(self.path, headers, json.loads(request), answer.status_code, json.loads(answer.content))
            )
            self.send_response(answer.status_code)
            self.send_header("Content-Type", answer.headers["Content-Type"])
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        def log_message(self, format: str, *args: object) -> None:
            return

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Forwards) as server:
        proxy.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield proxy
        finally:
            server.shutdown()
            thread.join()


def record(home: Path, folder: Path, model: Path) -> list[Call]:
    """Play the conversations with a service and a Rasa of their own.

    Args:
        home: the checkout.
        folder: for run-time files, with a bundle in it.
        model: the dialogue.
    """
    port, rasa_port = free_ports(2)
    settings = Settings(home=home, var_dir=folder, port=port, rasa_port=rasa_port, rasa_token=TOKEN, rate_limit=0)
    with proxied(service_url(settings)) as proxy:
        children = [
            Child(service_program(settings)),
            Child(rasa_program(settings.model_copy(update={"port": proxy.port}), model)),
        ]
        try:
            for child in children:
                child.start()
            eventually(lambda: all(_ready(child) for child in children), START_S, "service and Rasa are ready")
            _play(service_url(settings), settings.rasa_base_url)
        finally:
            for child in children:
                child.stop()
        return proxy.calls


def _ready(child: Child) -> bool:
    line = child.step() if child.state is not State.READY else None
    assert child.state is not State.WAITING, line
    return child.state is State.READY


def _play(url: str, rasa_url: str) -> None:
    for said in CONVERSATIONS:
        chat = Chat(url)
        for text in said:
            chat.say(text)
    for number, said in enumerate(PAST_THE_SERVICE):
        for text in said:
            body = {"sender": f"past-the-service-{number}", "message": text}
            answer = httpx.post(f"{rasa_url}/webhooks/rest/webhook", json=body, trust_env=False, timeout=30)
            assert answer.json(), f"Rasa answered nothing to {text!r}"


def first_of_each(calls: list[Call]) -> dict[str, Call]:
    """The first call of each kind, by the name of its file: `parse`, or the action's name.

    The form is validated in many ways: there it is the first for each intent. The domain is left out, and so is the
    token.
    """
    found: dict[str, Call] = {}
    for call in calls:
        request = {key: value for key, value in call.request.items() if key != "domain"}
        if call.path == "/model/parse":
            name = "parse"
            request["token"] = "…"
        else:
            name = request["next_action"]
            if name.startswith("validate_"):
                name += f"-{request['tracker']['latest_message']['intent']['name']}"
        found.setdefault(name, replace(call, headers={}, request=request))
    return found
