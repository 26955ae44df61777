"""Personas, and a service that says what a test tells it to."""

import json
from pathlib import Path
from typing import Any

from evaluate_helpers import INTRO

from mesofaq.chat.models import Kind, Reply, ScreeningRef, SourceRef, Suggestion
from mesofaq.dialogue.replies import NOT_NOW_TEXT
from mesofaq.dialogue.screening_replies import MINE_TEXT
from mesofaq.evaluate.cases import Part
from mesofaq.evaluate.personas import Persona
from mesofaq.evaluate.screening_play import Played, play_persona
from mesofaq.evaluate.screening_run import ScreeningPart

ITEMS = ("allergy", "heart")
LINE: dict[str, Any] = {
    "id": "p1",
    "part": "tune",
    "opening": "Can you check me?",
    "says": {"allergy": "nope", "heart": "a stent in 2019"},
    "flags": ["heart"],
    "yes": ["heart"],
    "result": "review",
}


def persona(**fields: Any) -> Persona:
    return Persona.model_validate({**LINE, **fields})


def write(path: Path, *lines: dict[str, Any] | str) -> Path:
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    path.write_text("".join(f"{text}\n" for text in texts), encoding="utf-8")
    return path


def _reply(text: str, kind: Kind = Kind.SCREENING, **more: Any) -> Reply:
    return Reply.model_validate({"id": "r", "from": "bot", "kind": kind, "text": text, **more})


def _offers(*texts: str) -> tuple[Suggestion, ...]:
    return tuple(Suggestion(title=text, text=text) for text in texts)


def asks_item(item: str) -> Reply:
    return _reply(f"{item}?", screening=ScreeningRef(item=item), suggestions=_offers("Yes", "No", "Not sure"))


def asks_more(item: str) -> Reply:
    """A follow-up question: it offers no buttons."""
    return _reply(f"More on {item}?", screening=ScreeningRef(item=item))


def explains(item: str) -> Reply:
    source = SourceRef(title="A source", where="there")
    return _reply("Because.", screening=ScreeningRef(item=item), sources=(source,))


def ends(result: str, *flags: str) -> Reply:
    return _reply("Thank you.", screening=ScreeningRef.model_validate({"result": result, "flags": flags}))


ASKS_WHOSE = _reply("Whose?", screening=ScreeningRef(), suggestions=_offers(MINE_TEXT))
ASKS_IF_NOW = _reply("Now?", Kind.CLARIFY, suggestions=_offers(NOT_NOW_TEXT))
ALLERGY, HEART = asks_item("allergy"), asks_item("heart")
REVIEW = ends("review", "heart")


class Scripted:
    """Replies as it is told, message by message, and remembers what was said."""

    def __init__(self, *script: list[Reply]) -> None:
        self._script = list(script)
        self.heard: list[str] = []

    def say(self, text: str) -> list[Reply]:
        self.heard.append(text)
        return self._script.pop(0)


def talk(who: Persona, *script: list[Reply]) -> tuple[Played, list[str]]:
    """What became of the persona, and what it said; the whole script must have been needed."""
    channel = Scripted(*script)
    played = play_persona(channel, who)
    assert channel._script == []
    return played, channel.heard


def part_of(*played: Played, part: Part = Part.HELD_BACK) -> ScreeningPart:
    return ScreeningPart(part, played)


def right() -> Played:
    return talk(persona(), [INTRO, ALLERGY], [HEART], [REVIEW])[0]


def missed() -> Played:
    """The stent was said, and not flagged."""
    return talk(persona(id="p2"), [INTRO, ALLERGY], [HEART], [ends("no_flags")])[0]
