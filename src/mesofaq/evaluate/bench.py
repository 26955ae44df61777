"""The three measurements of `mesofaq bench`: understanding alone, whole messages over HTTP, memory.

Traffic goes to this machine's own service only, and never to one in production: made-up emergencies would call the
staff of a real clinic.
"""

import ipaddress
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from mesofaq.chat.assistant import Assistant
from mesofaq.chat.models import Kind as ReplyKind
from mesofaq.errors import Code, Problem
from mesofaq.evaluate.cases import Kind, read_cases
from mesofaq.evaluate.memory import Memory, memory_of
from mesofaq.evaluate.run import loaded_bundle, vocabulary
from mesofaq.evaluate.timing import UnderstandingTimes, time_understanding
from mesofaq.evaluate.traffic import Load, Measured, measure
from mesofaq.settings import Settings
from mesofaq.supervise import read_pids
from mesofaq.supervise.programs import service_url
from mesofaq.supervise.runfile import run_file
from mesofaq.understanding.models import Context
from mesofaq.understanding.normalise import normalise

__all__ = ["EMERGENCIES", "Benchmark", "Service", "bench", "find_service"]

EMERGENCIES = ("I cannot breathe", "My throat is closing up", "I have chest pain since the session")
"""Messages that any lexicon must notice; what the service makes of them is counted, not assumed."""

_CONNECT_S = 3.0
_TRANSPORT_S = 10.0


@dataclass(frozen=True)
class Service:
    """The running service: where it is, and with which bundle."""

    url: str
    bundle: str | None


@dataclass(frozen=True)
class Benchmark:
    """Everything that was measured.

    Args:
        bundle: the bundle that was timed in this process.
        service: the service that was sent messages.
        messages: how many different messages understanding was timed on.
        times: understanding and its encoder.
        traffic: one measurement for each number of users and each load.
        memory: of the service and Rasa, after the traffic.
    """

    bundle: str
    service: Service
    messages: int
    times: UnderstandingTimes
    traffic: tuple[Measured, ...]
    memory: tuple[Memory, ...]

    @property
    def throttled(self) -> bool:
        """Whether the service's rate limit cut a measurement short."""
        return any(measured.throttled for measured in self.traffic)

    @property
    def left(self) -> int:
        """How many of the made-up conversations could not be erased."""
        return sum(measured.left for measured in self.traffic)


def bench(
    settings: Settings,
    files: Sequence[Path],
    *,
    users: Sequence[int],
    seconds: float,
    progress: Callable[[str], None],
) -> Benchmark:
    """Measure.

    Args:
        settings: where bundle and service are.
        files: labelled messages; those in scope are timed, and all are sorted into what is answered and what is not.
        users: numbers of concurrent users, each measured with each load.
        seconds: how long each of these measurements lasts.
        progress: is told, in a few words, what is being measured.

    Raises:
        Problem: the service does not run, is not on this machine or is in production; a file cannot be used.
    """
    service = find_service(settings)
    assistant = Assistant(settings)
    bundle = loaded_bundle(assistant)
    cases = read_cases(files, vocabulary(settings, bundle))
    questions = [case.text for case in cases if case.expected.kind is Kind.CARD]
    if not questions:
        raise Problem(Code.INVALID_REQUEST, f"There is no question with a card in {', '.join(map(str, files))}.")
    progress(f"Understanding {len(questions)} questions in this process")
    times = time_understanding(
        questions,
        lambda text: assistant.understand(text, Context()),
        lambda text: bundle.encoder.encode([normalise(text)]),
    )
    timeout = httpx.Timeout(settings.rasa_timeout_s + _TRANSPORT_S, connect=_CONNECT_S)
    limits = httpx.Limits(max_connections=max(users))
    traffic = []
    for load in _loads(assistant, [case.text for case in cases]):
        for number in users:
            progress(f"{load.name}, {number} at once")
            traffic.append(
                measure(
                    # No proxy from the environment: what is sent must not leave this machine.
                    lambda: httpx.AsyncClient(base_url=service.url, timeout=timeout, limits=limits, trust_env=False),
                    load,
                    users=number,
                    seconds=seconds,
                )
            )
    # Asked again: a service that was restarted meanwhile has another process.
    programs = {name: pid for name, pid in read_pids(settings).items() if name != "supervisor"}
    return Benchmark(bundle.id, service, len(questions), times, tuple(traffic), tuple(memory_of(programs)))


def find_service(settings: Settings, transport: httpx.BaseTransport | None = None) -> Service:
    """The service that runs for these settings, asked whether it is well.

    Args:
        settings: its home folder and port.
        transport: for tests; the network otherwise.

    Raises:
        Problem: `not-ready`, nothing answers there; `invalid-request`, it is not this machine's, or in production.
    """
    if settings.env == "production":
        raise Problem(
            Code.INVALID_REQUEST,
            "This would send made-up emergencies to a service in production: run it with MESOFAQ_ENV=development.",
        )
    known = "service" in read_pids(settings)
    url = service_url(settings.model_copy(update={"port": _port(settings)}) if known else settings)
    host = urlsplit(url).hostname or ""
    if host != "localhost" and not _is_loopback(host):
        message = f"The service listens on {host}, and messages are only sent within this machine: set MESOFAQ_HOST."
        raise Problem(Code.INVALID_REQUEST, message)
    try:
        with httpx.Client(timeout=_CONNECT_S, trust_env=False, transport=transport) as client:
            health = client.get(f"{url}/health").raise_for_status().json()
    except (httpx.HTTPError, ValueError):
        raise Problem(
            Code.NOT_READY,
            f"No service answers at {url}: start 'MESOFAQ_RATE_LIMIT=0 mesofaq up' in another terminal first.",
        ) from None
    return Service(url, health.get("bundle"))


def _port(settings: Settings) -> int:
    """The port that the running service was given: `up` may have been started with another than these settings'."""
    port: int = json.loads(run_file(settings).read_text(encoding="utf-8"))["service"]["port"]
    return port


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _loads(assistant: Assistant, texts: Sequence[str]) -> list[Load]:
    """The messages sorted by what this bundle makes of them, and the emergencies."""
    found = [(text, assistant.understand(text, Context()).intent) for text in texts]
    loads = [
        Load("FAQ answers", [text for text, intent in found if intent == "ask_faq"], ReplyKind.ANSWER),
        Load("handoffs", [text for text, intent in found if intent == "out_of_scope"], ReplyKind.HANDOFF),
        Load("emergencies", EMERGENCIES, ReplyKind.EMERGENCY),
    ]
    return [load for load in loads if load.texts]
