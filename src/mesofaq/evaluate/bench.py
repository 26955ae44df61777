"""The three measurements of `mesofaq bench`: understanding alone, whole messages over HTTP, memory."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from mesofaq.chat.assistant import Assistant
from mesofaq.chat.models import Kind as ReplyKind
from mesofaq.errors import Code, Problem
from mesofaq.evaluate.cases import read_cases
from mesofaq.evaluate.expectations import Kind
from mesofaq.evaluate.memory import Memory, memory_of
from mesofaq.evaluate.preparation import loaded_bundle, vocabulary
from mesofaq.evaluate.service import CONNECT_S, Service, find_service
from mesofaq.evaluate.timing import UnderstandingTimes, time_understanding
from mesofaq.evaluate.traffic import Load, Measured, measure
from mesofaq.settings import Settings
from mesofaq.supervise import read_pids
from mesofaq.understanding.models import Context
from mesofaq.understanding.normalise import normalise

__all__ = ["EMERGENCIES", "Benchmark", "bench"]

EMERGENCIES = ("I cannot breathe", "My throat is closing up", "I have chest pain since the session")
"""Messages that any lexicon must notice; what the service makes of them is counted, not assumed."""

_TRANSPORT_S = 10.0


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
            Dialogues are left out.
        users: numbers of concurrent users, each measured with each load.
        seconds: how long each of these measurements lasts.
        progress: is told, in a few words, what is being measured.

    Raises:
        Problem: the service does not run, is not on this machine or is in production; a file cannot be used.
    """
    service = find_service(settings)
    assistant = Assistant(settings)
    bundle = loaded_bundle(assistant)
    cases = read_cases(files, vocabulary(settings, bundle)).messages
    questions = [case.text for case in cases if case.expected.kind is Kind.CARD]
    if not questions:
        raise Problem(Code.INVALID_REQUEST, f"There is no question with a card in {', '.join(map(str, files))}.")
    progress(f"Understanding {len(questions)} questions in this process")
    times = time_understanding(
        questions,
        lambda text: assistant.understand(text, Context()),
        lambda text: bundle.encoder.encode([normalise(text)]),
    )
    timeout = httpx.Timeout(settings.rasa_timeout_s + _TRANSPORT_S, connect=CONNECT_S)
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


def _loads(assistant: Assistant, texts: Sequence[str]) -> list[Load]:
    """The messages sorted by what this bundle makes of them, and the emergencies."""
    found = [(text, assistant.understand(text, Context()).intent) for text in texts]
    loads = [
        Load("FAQ answers", [text for text, intent in found if intent == "ask_faq"], ReplyKind.ANSWER),
        Load("handoffs", [text for text, intent in found if intent == "out_of_scope"], ReplyKind.HANDOFF),
        Load("emergencies", EMERGENCIES, ReplyKind.EMERGENCY),
    ]
    return [load for load in loads if load.texts]
