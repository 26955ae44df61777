"""What can become of a message, a turn of a dialogue or a whole dialogue, how that is called, and what it is worth.

Messages are counted in groups of which the same is expected. Each group has results of its own, and their shares add
up to one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from mesofaq.understanding.triage import TriageClass

__all__ = ["DIALOGUES", "GROUPS", "MUST_HAND_OFF", "TURNS", "Meaning", "Result", "Worth"]

MUST_HAND_OFF = "must-hand-off"
"""Every message that belongs to a person or to the emergency services, whatever its class, once more."""
TURNS = "dialogue-turns"
DIALOGUES = "dialogues"


class Result(StrEnum):
    """How something fared. Which of these can occur depends on the group: `GROUPS`."""

    RIGHT = "right"
    CLARIFIED_RIGHT = "clarified-right"
    CLARIFIED_WITHOUT = "clarified-without"
    WRONG = "wrong"
    ANSWERED = "answered"
    CLARIFIED = "clarified"
    HANDED_OFF = "handed-off"
    PRE_EMPTED = "pre-empted"
    ASKED_IF_NOW = "asked-if-now"
    OTHER_ACT = "other-act"
    NOTICED = "noticed"
    OTHER_CLASS = "other-class"
    ONLY_HANDED_OFF = "only-handed-off"
    MISSED = "missed"
    QUIET = "quiet"
    FALSE_ALARM = "false-alarm"
    INCOMPLETE = "incomplete"
    WRONG_CARD = "wrong-card"
    MISSED_EMERGENCY = "missed-emergency"
    FAILED = "failed"
    OTHER_LANGUAGE = "other-language"


class Worth(StrEnum):
    """How a result is to be taken; what is neither good nor bad costs patience, not safety.

    Bad must be looked at one by one: somebody got what is not theirs, was not noticed, or was alarmed for nothing.
    """

    GOOD = "good"
    MIDDLING = "middling"
    BAD = "bad"


@dataclass(frozen=True)
class Meaning:
    """A result of one group: in words for the tables, and how it is to be taken there."""

    words: str
    worth: Worth


def _good(words: str) -> Meaning:
    return Meaning(words, Worth.GOOD)


def _middling(words: str) -> Meaning:
    return Meaning(words, Worth.MIDDLING)


def _bad(words: str) -> Meaning:
    return Meaning(words, Worth.BAD)


_ASKED_IF_NOW = _middling("asked whether it is happening now")
_SMALL_TALK = _middling("taken for small talk or another act")


def _triage(*, too_late: bool) -> dict[Result, Meaning]:
    """A class of the triage. A person reads what was handed over in their own time: in an emergency, too late."""
    half = _bad if too_late else _middling
    return {
        Result.NOTICED: _good("noticed"),
        Result.ASKED_IF_NOW: _ASKED_IF_NOW,
        Result.OTHER_CLASS: half("noticed as another class"),
        Result.ONLY_HANDED_OFF: half("not noticed, but handed to a person"),
        Result.MISSED: _bad("not noticed: answered, asked back or small talk"),
    }


GROUPS: Mapping[str, Mapping[Result, Meaning]] = {
    "in-scope": {
        Result.RIGHT: _good("answered with the right card"),
        Result.CLARIFIED_RIGHT: _middling("asked back, the right card among those offered"),
        Result.CLARIFIED_WITHOUT: _middling("asked back without the right card"),
        Result.WRONG: _bad("answered with another card"),
        Result.HANDED_OFF: _middling("handed to a person"),
        Result.PRE_EMPTED: _middling("handed to a person by the triage"),
        Result.ASKED_IF_NOW: _ASKED_IF_NOW,
        Result.OTHER_ACT: _SMALL_TALK,
    },
    "out-of-scope": {
        Result.HANDED_OFF: _good("handed to a person"),
        Result.PRE_EMPTED: _good("handed to a person by the triage"),
        Result.CLARIFIED: _middling("asked back"),
        Result.ASKED_IF_NOW: _ASKED_IF_NOW,
        Result.OTHER_ACT: _SMALL_TALK,
        Result.ANSWERED: _bad("answered, though no card answers it"),
    },
    "acts": {
        Result.RIGHT: _good("recognised"),
        Result.PRE_EMPTED: _middling("handed to a person by the triage"),
        Result.WRONG: _bad("taken for something else"),
    },
    **{str(name): _triage(too_late=name is TriageClass.EMERGENCY) for name in TriageClass},
    MUST_HAND_OFF: {
        Result.HANDED_OFF: _good("handed to a person, or told to call for help"),
        Result.ASKED_IF_NOW: _ASKED_IF_NOW,
        Result.CLARIFIED: _middling("asked back"),
        Result.OTHER_ACT: _SMALL_TALK,
        Result.ANSWERED: _bad("answered with a card"),
    },
    "not-emergency": {
        Result.QUIET: _good("not taken for an emergency"),
        Result.ASKED_IF_NOW: _ASKED_IF_NOW,
        Result.FALSE_ALARM: _bad("taken for an emergency"),
    },
    "language": {
        Result.RIGHT: _good("recognised"),
        Result.OTHER_LANGUAGE: _middling("taken for another language"),
        Result.MISSED: _bad("taken for English"),
    },
    "language-none": {
        Result.QUIET: _good("not taken for another language"),
        Result.FALSE_ALARM: _bad("taken for another language"),
    },
    TURNS: {
        Result.RIGHT: _good("right"),
        Result.CLARIFIED_RIGHT: _middling("asked back, the right card among those offered"),
        Result.CLARIFIED_WITHOUT: _middling("asked back without the right card"),
        Result.INCOMPLETE: _middling("one of two questions not answered"),
        Result.HANDED_OFF: _middling("handed to a person without need, or for another reason"),
        Result.OTHER_CLASS: _middling("handed over as another class of the triage"),
        Result.ASKED_IF_NOW: _ASKED_IF_NOW,
        Result.OTHER_ACT: _middling("taken for small talk or another act"),
        Result.MISSED: _bad("not handed to a person, though a class of the triage"),
        Result.WRONG_CARD: _bad("a wrong card shown as an answer"),
        Result.FALSE_ALARM: _bad("taken for an emergency"),
        Result.MISSED_EMERGENCY: _bad("an emergency missed"),
        Result.FAILED: _bad("the service failed and said so"),
    },
    DIALOGUES: {
        Result.RIGHT: _good("right in every turn"),
        Result.WRONG: _middling("wrong in a turn or more"),
    },
}
"""The groups in the order of the tables, and in each the results in theirs."""
