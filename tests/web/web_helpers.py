"""The service in this process behind a real port, and a stand-in for Rasa that fails as it is told."""

import contextlib
import http.server
import json
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from sqlalchemy import create_engine, text

from fixtures_live import Chat, eventually
from mesofaq.settings import Settings
from mesofaq.web.app import create_app
from mesofaq.web.services import Services

EMERGENCY = "i cant breathe and my face is swelling since the injections"
PLANTED = "zebrafinch42"
"""A word that stands for all that a patient may write: it must not come out where it does not belong."""

RASA_TIMEOUT_S = 1.0


class StandIn:
    """Rasa's REST channel. `does` says how it behaves:

    answers   one reply, naming the message
    hangs     answers only after `released` is set
    nothing   200 and an empty list, which is how Rasa tells of an exception
    html      200 and a page
    half      ends in the middle of the body
    error     500
    strange   a reply that is none of ours
    words     a reply in words, not in our form
    """

    def __init__(self) -> None:
        self.does = "answers"
        self.released = threading.Event()
        self.heard: list[str] = []
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def reset(self) -> None:
        self.released.set()
        self.does = "answers"
        self.released = threading.Event()
        self.heard.clear()

    def body(self, message: dict[str, str]) -> bytes:
        custom: dict[str, Any] = {"kind": "smalltalk", "text": f"This answers {message['message']}."}
        if self.does == "strange":
            custom = {"kind": "nonsense", "text": 1, "more": {}}
        reply: dict[str, Any] = {"recipient_id": message["sender"], "custom": custom}
        if self.does == "words":
            reply = {"recipient_id": message["sender"], "text": "Hello"}
        return {"nothing": b"[]", "html": b"<html>Bad gateway</html>"}.get(self.does, json.dumps([reply]).encode())


@contextlib.contextmanager
def standing_in() -> Iterator[StandIn]:
    """Run the stand-in."""
    rasa = StandIn()

    class Answers(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            rasa.heard.append(message["message"])
            if rasa.does == "hangs":
                rasa.released.wait(20)
            body = rasa.body(message)
            with contextlib.suppress(OSError):  # the service may have given up
                self.send_response(500 if rasa.does == "error" else 200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body) * (2 if rasa.does == "half" else 1)))
                self.end_headers()
                self.wfile.write(body)
            self.close_connection = True

        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            return

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        rasa.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield rasa
        finally:
            rasa.released.set()
            server.shutdown()
            thread.join()


@dataclass
class Site:
    """A running service."""

    url: str
    settings: Settings
    services: Services
    paths: list[str] = field(default_factory=list)

    def chat(self) -> Chat:
        return Chat(self.url)

    def ask(self, method: str, path: str, **request: Any) -> httpx.Response:
        return httpx.request(method, f"{self.url}{path}", trust_env=False, **{"timeout": 20, **request})

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        """Ask the record itself."""
        engine = create_engine(self.settings.store_url)
        try:
            with engine.begin() as connection:
                result = connection.execute(text(statement))
                return [tuple(row) for row in result] if result.returns_rows else []
        finally:
            engine.dispose()


@contextlib.contextmanager
def serving(settings: Settings) -> Iterator[Site]:
    """Run the service behind a free port, as uvicorn does it."""
    app = create_app(settings)
    config = uvicorn.Config(app, port=0, log_config=None, ws="none", access_log=False, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        eventually(lambda: server.started or not thread.is_alive(), 60, "the service has started")
        assert server.started
        port = server.servers[0].sockets[0].getsockname()[1]
        yield Site(f"http://127.0.0.1:{port}", settings, app.state.services, list(_paths(app.routes)))
    finally:
        server.should_exit = True
        thread.join(30)


def _paths(routes: Iterable[Any]) -> Iterator[str]:
    for route in routes:
        if hasattr(route, "path"):
            yield route.path
        else:
            yield from _paths(route.original_router.routes)


def settings_for(folder: Path, home: Path, rasa: StandIn, **other: Any) -> Settings:
    """Settings of a service with its own folder; without a bundle there, it answers nothing but emergencies."""
    usual = {"rasa_url": rasa.url, "rasa_token": "the-shared-token", "rasa_timeout_s": RASA_TIMEOUT_S, "rate_limit": 0}
    return Settings(home=home, var_dir=folder, **(usual | other))


def assert_problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """A problem document of RFC 9457, and nothing of the inside or of what was sent."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = answer.json()
    assert {"type", "title", "status", "detail", "code"} <= set(document)
    assert document["type"] == f"urn:mesofaq:problem:{code}"
    assert (document["status"], document["code"]) == (status, code)
    assert document["title"]
    assert document["detail"][-1] in ".!?"
    for inside in (PLANTED, "Traceback", "site-packages", ".py", "sqlalchemy", "sqlite", "pydantic", "Error(", "/var/"):
        assert inside.lower() not in answer.text.lower()
    return document
