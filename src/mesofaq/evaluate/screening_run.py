"""Evaluates the pre-screening: plays personas against a service and counts, part by part."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from mesofaq.chat.assistant import Assistant
from mesofaq.errors import Code, Problem
from mesofaq.evaluate.bounds import clopper_pearson
from mesofaq.evaluate.cases import Part
from mesofaq.evaluate.own_service import own_service
from mesofaq.evaluate.personas import InterruptionKind, Persona, read_personas
from mesofaq.evaluate.play import service_client
from mesofaq.evaluate.preparation import loaded_bundle
from mesofaq.evaluate.screening_play import HttpChannel, Played, play_persona
from mesofaq.evaluate.service import service_at
from mesofaq.settings import Settings

__all__ = ["BARS", "Figure", "ScreeningPart", "evaluate_screening", "figures"]

_TELL_EVERY = 10
_AT_ONCE = 3

BARS = {"exact": (0.97, True), "missed": (0.0, False), "asked-again": (0.03, False), "interruptions": (0.97, True)}
"""The project's bars on the held-back part: a share, and whether it is to be reached (else: not to be exceeded)."""


@dataclass(frozen=True)
class Figure:
    """One share with its exact 95 % bounds, and what it is of."""

    name: str
    title: str
    count: int
    of: int

    @property
    def share(self) -> float:
        """The share, from 0 to 1; 0 where there was nothing."""
        return self.count / self.of if self.of else 0.0

    @property
    def bounds(self) -> tuple[float, float]:
        """The exact 95 % bounds."""
        return clopper_pearson(self.count, self.of)

    @property
    def reached(self) -> bool | None:
        """Whether its bar is reached; None for a figure without one."""
        if self.name not in BARS or not self.of:
            return None
        limit, at_least = BARS[self.name]
        return self.share >= limit if at_least else self.share <= limit


@dataclass(frozen=True)
class ScreeningPart:
    """The personas of one part, as they were played."""

    part: Part
    played: tuple[Played, ...]

    @property
    def figures(self) -> list[Figure]:
        """What is counted."""
        return figures(self.played)


def figures(played: Sequence[Played]) -> list[Figure]:
    """What is counted of some personas."""
    interruptions = [one for each in played for one in each.interruptions]
    questions = [one for one in interruptions if one.interruption.kind is InterruptionKind.QUESTION]
    planned = sum(len(each.persona.interrupts) for each in played)
    answers = sum(sum(each.asked.values()) for each in played)
    repeated = sum(count - 1 for each in played for count in each.asked.values() if count > 1)
    return [
        Figure("exact", "result and flags exactly right", sum(each.exact for each in played), len(played)),
        Figure(
            "missed",
            "stated contraindications missed",
            sum(len(each.missed) for each in played),
            sum(len(each.persona.yes) for each in played),
        ),
        Figure(
            "asked-again",
            "items asked although volunteered",
            sum(len(each.asked_although_volunteered) for each in played),
            sum(len(each.persona.volunteered) for each in played),
        ),
        Figure("interruptions", "interruptions dealt with", sum(one.dealt_with for one in interruptions), planned),
        Figure(
            "by-card", "questions answered by their card at once", sum(one.by_card for one in questions), len(questions)
        ),
        Figure("started", "openings that began the questions", sum(each.started for each in played), len(played)),
        Figure("repeated", "answers that had to be asked for again", repeated, answers),
    ]


def evaluate_screening(
    settings: Settings,
    files: Sequence[Path],
    *,
    part: Part | None = None,
    service: str | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> list[ScreeningPart]:
    """Play every persona of `files` and count.

    Args:
        settings: where content and bundles lie.
        files: JSONL files of personas.
        part: take only these; None takes all, and counts the parts apart.
        service: the address of a running service; None starts one, with a Rasa and a record of its own.
        progress: is told, in a few words, what is being done.

    Raises:
        Problem: a file cannot be used, there is no bundle, or no service can be had.
    """
    assistant = Assistant(settings)
    bundle = loaded_bundle(assistant)
    items = [item.id for item in assistant.content.screening.items]
    personas = [one for path in files for one in read_personas(path, items) if part is None or one.part is part]
    if not personas:
        raise Problem(Code.INVALID_REQUEST, f"There is no persona of that part in {', '.join(map(str, files))}.")
    progress(f"Playing {len(personas)} personas")
    if service is None:
        with own_service(settings, bundle.folder, progress) as url:
            played = _play_all(url, personas, progress)
    else:
        played = _play_all(service_at(service, settings).url, personas, progress)
    parts = [which for which in Part if any(one.persona.part is which for one in played)]
    return [ScreeningPart(which, tuple(one for one in played if one.persona.part is which)) for which in parts]


def _play_all(url: str, personas: Sequence[Persona], progress: Callable[[str], None]) -> list[Played]:
    """Play the personas, a few at a time: while Rasa thinks about one, the service understands another."""
    done = count(1)

    def play(persona: Persona) -> Played:
        with service_client(url) as client:
            channel = HttpChannel(client)
            try:
                return play_persona(channel, persona)
            finally:
                channel.close()
                if (number := next(done)) % _TELL_EVERY == 0 and number < len(personas):
                    progress(f"{number} of {len(personas)} personas")

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return list(pool.map(play, personas))
