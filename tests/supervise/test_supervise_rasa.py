"""The real Rasa 3.6.21, trained and run as `mesofaq up` does it, on the smallest dialogue there is."""

import http.client
import http.server
import json
import sys
import threading
import types
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from supervise_helpers import eventually, take_free_port

from mesofaq.errors import Code, Problem
from mesofaq.settings import Settings
from mesofaq.supervise.children import Child, State
from mesofaq.supervise.preflight import rasa_python
from mesofaq.supervise.programs import rasa_program
from mesofaq.supervise.training import ensure_dialogue

ROOT = Path(__file__).parents[2]
TOKEN = "token-of-this-test"
WORDS = "my chest hurts since the injection"
FILES = {
    "config.yml": "recipe: default.v1\nlanguage: en\nassistant_id: a\npipeline: []\npolicies: [{name: RulePolicy}]\n",
    "domain.yml": 'version: "3.1"\nintents: [ask]\nresponses: {utter_hi: [{text: Hello}]}\n',
    "bot/data/rules.yml": ('version: "3.1"\nrules: [{rule: ask, steps: [{intent: ask}, {action: utter_hi}]}]\n'),
    "credentials.yml": "rest:\n",
    "endpoints.yml": (
        "nlu:\n  url: ${MESOFAQ_SERVICE_URL}\n  token: ${MESOFAQ_RASA_TOKEN}\n"
        "tracker_store:\n  type: SQL\n  dialect: sqlite\n  db: ${MESOFAQ_TRACKER_DB}\n"
    ),
}

pytestmark = [
    pytest.mark.rasa,
    pytest.mark.skipif(not rasa_python(Settings(home=ROOT)).exists(), reason="bot/.venv is missing: run 'make setup'"),
]


@dataclass
class Service:
    """Stands for the service: answers Rasa's `POST /model/parse`, or fails as told."""

    port: int = 0
    fails: bool = False
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    state = Service()

    class Answers(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            state.asked.append((self.path, body))
            reply = {"text": body["text"], "intent": {"name": "ask", "confidence": 1.0}, "entities": []}
            self.send_response(500 if state.fails else 200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps({"error": body["text"]} if state.fails else reply).encode())

        def log_message(self, format: str, *args: object) -> None:
            return

    with http.server.HTTPServer(("127.0.0.1", 0), Answers) as server:
        state.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield state
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory, service: Service) -> Iterator[Settings]:
    home = tmp_path_factory.mktemp("home")
    for name, text in FILES.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(text)
    (home / "requirements").symlink_to(ROOT / "requirements")
    for name in (".venv", "start_rasa.py"):
        (home / "bot" / name).symlink_to(ROOT / "bot" / name)
    domain = types.ModuleType("mesofaq.dialogue.domain")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(domain, "write_domain", lambda settings: settings.home / "domain.yml", raising=False)
        patch.setitem(sys.modules, "mesofaq.dialogue", types.ModuleType("mesofaq.dialogue"))
        patch.setitem(sys.modules, "mesofaq.dialogue.domain", domain)
        yield Settings(home=home, port=service.port, rasa_port=take_free_port(), rasa_token=TOKEN)


@pytest.fixture(scope="module")
def rasa(settings: Settings) -> Iterator[Child]:
    child = Child(rasa_program(settings, ensure_dialogue(settings, lambda line: None)))
    child.start()

    def ready() -> bool:
        line = child.step()
        assert child.state is not State.WAITING, line
        return child.state is State.READY

    eventually(ready, within_s=120)
    yield child
    child.stop()


def say(settings: Settings, text: str) -> list[dict[str, str]]:
    connection = http.client.HTTPConnection("127.0.0.1", settings.rasa_port, timeout=20)
    body = json.dumps({"sender": "someone", "message": text})
    connection.request("POST", "/webhooks/rest/webhook", body, {"Content-Type": "application/json"})
    answered: list[dict[str, str]] = json.loads(connection.getresponse().read())
    connection.close()
    return answered


def test_rasa_answers_and_reaches_what_its_endpoints_name(rasa: Child, settings: Settings, service: Service) -> None:
    assert say(settings, "hello") == [{"recipient_id": "someone", "text": "Hello"}]
    path, asked = service.asked[-1]
    assert path == "/model/parse"
    assert asked["text"] == "hello"
    assert asked["token"] == TOKEN
    assert (settings.var / "rasa" / "tracker.db").stat().st_size > 0


def test_what_a_patient_wrote_is_not_in_the_log_when_a_message_fails(
    rasa: Child, settings: Settings, service: Service
) -> None:
    service.fails = True
    say(settings, WORDS)
    service.fails = False
    log = settings.var / "log" / "rasa.log"
    eventually(lambda: "http.parse.text.failure" in log.read_text())
    assert WORDS not in log.read_text()


def test_a_dialogue_that_contradicts_itself_is_told_in_rasas_words(settings: Settings) -> None:
    domain = settings.home / "domain.yml"
    whole = domain.read_text()
    domain.write_text(whole + "slots: {mood: {type: nonsense}}\n")
    with pytest.raises(Problem, match="Rasa could not train the dialogue: ") as caught:
        ensure_dialogue(settings, lambda line: None)
    domain.write_text(whole)
    assert caught.value.code is Code.RASA_FAILED
    assert "mood" in caught.value.detail or "nonsense" in caught.value.detail
